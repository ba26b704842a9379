"""The collector of codes sees a code of any family, wherever a rule writes it."""

import ast

import pytest

from finding_codes import codes_in, codes_of, takers

DEFINITIONS = """
@dataclass
class Finding:
    code: str
    what: str

@dataclass
class RuleFinding(Finding):
    place: str = ""

class RefusedError(Exception):
    def __init__(self, what, *, code): ...

def error(code, what): ...
def warning(code, what): ...
"""


@pytest.mark.parametrize("rule", [
    'error("tags-owner", "no owner")',
    'lint.error("tags-owner", "no owner")',
    'RuleFinding("tags-owner", "no owner")',
    'RefusedError("no owner", code="tags-owner")',
    '(error if bad else warning)("tags-owner", "no owner")',
    'error("tags-owner" if bad else "tags-cost", "no owner")',
    'say = error if bad else warning\nsay("tags-owner", "no owner")',
    'CODE = "tags-owner"\nerror(CODE, "no owner")',
    'CODES = {"owner": "tags-owner"}\nerror(CODES[key], "no owner")',
    'for kind, code in ((1, "tags-owner"), (2, "tags-cost")):\n    error(code, "no owner")',
    'def missing(what, code="tags-owner"): ...',
    'note = f"{what} has no owner [tags-owner]"',
])  # fmt: skip
def test_a_code_of_a_new_family_is_seen(rule: str) -> None:
    known = takers([ast.parse(DEFINITIONS)])
    assert "tags-owner" in set(codes_in([ast.parse(rule)], known))


def test_a_text_that_is_no_code_is_not_taken_for_one() -> None:
    known = takers([ast.parse(DEFINITIONS)])
    assert set(codes_in([ast.parse('error("tags-owner", "not-a-code")')], known)) == {"tags-owner"}


@pytest.mark.parametrize(("place", "code"), [
    ("review", "repository-renamed"), ("access", "access-public"), ("fate", "fate-many"),
    ("declaration", "file-unreadable"),
])  # fmt: skip
def test_a_code_of_the_package_is_seen(place: str, code: str) -> None:
    assert code in codes_of(place)

from pathlib import Path

from finding_codes import codes_of
from shared_ecr.access.lint import POLICY_RULES, STATEMENT_RULES

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs/reference/access.md"


def test_every_code_of_the_evaluator_and_the_linter_is_documented() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    commands = [f"cli/{path.name}" for path in (ROOT / "shared_ecr/cli").glob("access*.py")]
    found = codes_of("access", *commands)
    assert len(found) > 40
    assert sorted(code for code in found if f"`{code}`" not in text) == []


def test_every_rule_says_in_its_docstring_what_it_finds() -> None:
    assert [rule.__name__ for rule in (*STATEMENT_RULES, *POLICY_RULES) if not rule.__doc__] == []

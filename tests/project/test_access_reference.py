import re
from pathlib import Path

from shared_ecr.access.lint import POLICY_RULES, STATEMENT_RULES

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs/reference/access.md"
FAMILIES = (
    "access|action|capability|condition|confused|deny|org|policy|principal|service|statement|caller|request|template"
)
CODES = re.compile(rf'"((?:{FAMILIES})-[a-z-]+)"')


def test_every_code_of_the_evaluator_and_the_linter_is_documented() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    files = [*(ROOT / "shared_ecr/access").rglob("*.py"), *(ROOT / "shared_ecr/cli").glob("access*.py")]
    used = {code for path in files for code in CODES.findall(path.read_text(encoding="utf-8"))}
    assert sorted(code for code in used if f"`{code}`" not in text) == []


def test_every_rule_says_in_its_docstring_what_it_finds() -> None:
    assert [rule.__name__ for rule in (*STATEMENT_RULES, *POLICY_RULES) if not rule.__doc__] == []

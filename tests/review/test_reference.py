import re
from pathlib import Path

from shared_ecr.review.rules import REPOSITORY_RULES, SCENE_RULES
from shared_ecr.review.rules.registry_settings import RULES as SETTINGS

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs/reference/review.md").read_text(encoding="utf-8")
FAMILIES = (
    "cache|deny|encryption|exclusion|kms|lifecycle|mutability|name|policy|property|public|region|registry|removal|replica"
    "|replication|scanning|signing|stack|template"
)
CODES = re.compile(rf'"((?:{FAMILIES})-[a-z-]+)"')
# Codes of the linter that a rule looks for, which are documented beside the linter.
OF_THE_LINTER = {"policy-lockout"}


def test_every_code_of_the_rules_is_documented() -> None:
    files = [*(ROOT / "shared_ecr/review/rules").rglob("*.py"), ROOT / "shared_ecr/review/lifecycle_texts.py"]
    used = {code for path in files for code in CODES.findall(path.read_text(encoding="utf-8"))} - OF_THE_LINTER
    assert sorted(code for code in used if f"`{code}`" not in REFERENCE) == []


def test_every_code_of_the_corpus_is_documented() -> None:
    told = (ROOT / "tests/review/corpus/bad").glob("*.txt")
    codes = {line.split()[1].rstrip(":") for path in told for line in path.read_text(encoding="utf-8").splitlines()}
    documented = REFERENCE + (ROOT / "docs/reference/access.md").read_text(encoding="utf-8")
    assert sorted(code for code in codes if f"`{code}`" not in documented) == []


def test_every_rule_says_in_its_docstring_what_it_judges() -> None:
    rules = (*REPOSITORY_RULES, *SCENE_RULES, *SETTINGS.values())
    assert [rule for rule in rules if getattr(rule, "__name__", "") != "<lambda>" and not rule.__doc__] == []

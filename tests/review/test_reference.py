from pathlib import Path

from finding_codes import codes_of
from shared_ecr.review.rules import REPOSITORY_RULES, SCENE_RULES
from shared_ecr.review.settings.reviewed_setting import reviewed_settings

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs/reference/review.md").read_text(encoding="utf-8")
PAGES = REFERENCE + "".join(
    (ROOT / f"docs/reference/{name}.md").read_text(encoding="utf-8") for name in ("access", "deployments", "problems")
)


def test_every_code_of_a_review_is_documented() -> None:
    found = codes_of("review")
    assert len(found) > 100
    assert sorted(code for code in found if f"`{code}`" not in PAGES) == []


def test_every_code_of_the_rules_is_documented_beside_them() -> None:
    found = codes_of("review/rules", "review/changes", "review/settings", "review/lifecycle_texts.py")
    assert sorted(code for code in found if f"`{code}`" not in REFERENCE) == []


def test_every_code_of_the_corpus_is_documented() -> None:
    files = (ROOT / "tests/review/corpus/bad").glob("*.txt")
    codes = {line.split()[1].rstrip(":") for path in files for line in path.read_text(encoding="utf-8").splitlines()}
    documented = REFERENCE + (ROOT / "docs/reference/access.md").read_text(encoding="utf-8")
    assert sorted(code for code in codes if f"`{code}`" not in documented) == []


def test_every_rule_says_in_its_docstring_what_it_judges() -> None:
    of_settings = (rule for row in reviewed_settings().values() for rule in (row.judged, row.changed) if rule)
    rules = (*REPOSITORY_RULES, *SCENE_RULES, *of_settings)
    assert [rule for rule in rules if getattr(rule, "__name__", "") != "<lambda>" and not rule.__doc__] == []

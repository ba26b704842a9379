import re
from pathlib import Path

from shared_ecr.review.documents.terraform.translation import JOINED, TRANSLATIONS

ROOT = Path(__file__).parents[4]
REFERENCE = (ROOT / "docs/reference/deployments.md").read_text(encoding="utf-8")


def test_every_code_of_the_readers_is_documented() -> None:
    files = (ROOT / "shared_ecr/review/documents").rglob("*.py")
    codes = {code for path in files for code in re.findall(r'"(document-[a-z-]+)"', path.read_text(encoding="utf-8"))}
    assert len(codes) > 5
    assert sorted(code for code in codes if f"`{code}`" not in REFERENCE) == []


def test_every_type_of_terraform_that_is_judged_is_documented() -> None:
    assert [kind for kind in (*TRANSLATIONS, *JOINED) if f"`{kind}`" not in REFERENCE] == []

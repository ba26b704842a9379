import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = list((ROOT / "shared_ecr" / "fate").rglob("*.py"))
REFERENCE = (ROOT / "docs" / "reference" / "fate.md").read_text(encoding="utf-8")


def test_every_code_of_fates_and_inventories_is_in_the_reference() -> None:
    written = re.compile(r'["\[]((?:fate|inventory|open|use)-[a-z-]+)["\]]')
    codes = {code for path in SOURCES for code in written.findall(path.read_text(encoding="utf-8"))}
    assert len(codes) > 20
    assert sorted(code for code in codes if f"`{code}`" not in REFERENCE) == []

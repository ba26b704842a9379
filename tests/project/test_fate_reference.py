from pathlib import Path

from finding_codes import codes_of

ROOT = Path(__file__).parents[2]
PAGES = "".join(
    (ROOT / f"docs/reference/{name}.md").read_text(encoding="utf-8") for name in ("fate", "cost", "problems")
)


def test_every_code_of_fates_and_inventories_is_in_the_reference() -> None:
    found = codes_of("fate")
    assert len(found) > 30
    assert sorted(code for code in found if f"`{code}`" not in PAGES) == []

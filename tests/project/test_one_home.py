"""What every report writes is written in one place: sizes, plurals, the first few of many, escapes."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = ROOT / "shared_ecr" / "text"
SOURCES = [
    path
    for folder in ("shared_ecr", "constructs", "stacks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if TEXT not in path.parents
]


@pytest.mark.parametrize(
    "written",
    [
        r"'s' \* \(|\"s\" \* \(|'ies'|\{'y' if",
        r"(?<![…;]) and \{len\(\w+\) - \w+\} more|\[f\"and \{len",
        r"\.\d?f\} ?[kMG]B|/ 2\*\*20|/ 1_000_000",
        r"replace\(\"<\", \"&lt;\"\)|&#64;",
    ],
    ids=["plurals", "the first few of many", "sizes", "escapes"],
)
def test_it_is_written_in_one_place(written: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(written, line)
    ]
    assert found == []

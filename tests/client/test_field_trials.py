"""Each finding of the field trials names the tests that hold it, and each of those exists (`field_trials.md`)."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    tuple(cell.strip() for cell in line.strip("| ").rsplit("|", 1))
    for line in Path(__file__).with_name("field_trials.md").read_text(encoding="utf-8").splitlines()
    if line.startswith(("| F", "| C", "| S", "| P", "| M"))
]


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """The names of the test functions and methods in a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize("test", sorted({test for _, test in ROWS}))
def test_the_test_of_a_finding_exists(test: str) -> None:
    path, _, name = test.partition("::")
    assert name in names_of_tests(path)


def test_no_finding_is_left_out() -> None:
    found = {row.split("|")[0].strip() for row, _ in ROWS}
    assert found == {
        f"{kind}{number}"
        for kind, last in (("F", 27), ("C", 19), ("S", 22), ("P", 16), ("M", 12))
        for number in range(1, last + 1)
    }

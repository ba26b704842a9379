"""Pairs of documents: every dangerous change blocks, its harmless twin does not.

A folder is a case: both sides, what an inventory and a list of images in use say where there are any, and in
`expected.txt` what happens and what is found. A number is the row of the table of dangerous changes that the case is
about; incidents have happened to someone. To accept changed findings: UPDATE_EXPECTED=1 pytest tests/review
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.fate.inventory import Inventory, load_inventory
from shared_ecr.fate.inventory.loader import InventorySource
from shared_ecr.fate.inventory.uses import find_uses
from shared_ecr.findings import Severity
from shared_ecr.model.names import Region
from shared_ecr.records import replace
from shared_ecr.review.changes import Changed, ReviewContext, compare
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents import DeploymentTarget, load_deployment

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
PLACE = DeploymentTarget("111111111111", Region("us-east-1"))
KNOWN = TrustBoundary("o-a1b2c3d4e5", frozenset({"111111111111", "222222222222"}))
EVERY = sorted(path for path in CASES.iterdir())
TWINS = [path for path in EVERY if "-twin-" in path.name]
DANGEROUS = [path for path in EVERY if "-twin-" not in path.name]
# The rows of the table of dangerous changes; 06 and 18 have no twin there.
ROWS = [f"{number:02}" for number in range(1, 20)]


def side(case: Path, name: str) -> Deployment:
    path = case / f"{name}.json"
    return load_deployment(path if path.exists() else case / name, PLACE)


def inventory(case: Path) -> Inventory | None:
    if not (case / "images.json").exists():
        return None
    found = load_inventory([InventorySource(case / "images.json")], NOW)
    uses = case / "uses.txt"
    return replace(found, uses=tuple(find_uses(uses.read_text(), uses.name))) if uses.exists() else found


def changed(case: Path) -> Changed:
    return compare(side(case, "before"), side(case, "after"), ReviewContext(KNOWN, NOW, inventory(case)))


def shown(found: Changed) -> str:
    lines = [
        *(f"{each.happening}: {each.name}" for each in found.repositories),
        *(f"{each.happening}: {each.what}" for each in found.settings),
        *(f"{each.severity} {each.code}: {each.subject}: {each.what}" for each in found.findings),
    ]
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)
def test_a_change_is_shown_as_expected(case: Path) -> None:
    found, beside = shown(changed(case)), case / "expected.txt"
    if os.environ.get("UPDATE_EXPECTED"):
        beside.write_text(found, encoding="utf-8")
    assert found == beside.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", DANGEROUS, ids=lambda case: case.name)
def test_a_dangerous_change_blocks(case: Path) -> None:
    assert any(each.severity is Severity.ERROR for each in changed(case).findings)


@pytest.mark.parametrize("case", TWINS, ids=lambda case: case.name)
def test_of_a_harmless_twin_there_are_notes_at_most(case: Path) -> None:
    assert [str(each) for each in changed(case).findings if each.severity is not Severity.NOTE] == []


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_table_has_a_case(row: str) -> None:
    assert any(case.name.startswith(row) for case in DANGEROUS)


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)
def test_a_side_compared_with_itself_is_unchanged(case: Path) -> None:
    both = side(case, "after")
    found = compare(both, both, ReviewContext(KNOWN, NOW, inventory(case)))
    assert (found.repositories, found.settings, found.findings) == ((), (), ())

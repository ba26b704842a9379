import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.review.documents.terraform.attributes import ATTRIBUTES, unread_attributes
from shared_ecr.review.documents.terraform.translation import ACCOUNT_SETTING, JOINED, TRANSLATIONS

ROOT = Path(__file__).parents[4]
FIELD = ROOT.parent / "shared" / "cases" / "field"


def test_every_type_that_is_read_has_a_row() -> None:
    assert set(ATTRIBUTES) == {*TRANSLATIONS, *JOINED, ACCOUNT_SETTING}


@pytest.mark.parametrize("kind", [each for each in TRANSLATIONS if "_kms_" not in each])
def test_every_attribute_that_is_translated_has_a_row(kind: str) -> None:
    assert set(TRANSLATIONS[kind].properties) - set(ATTRIBUTES[kind]) == set()


@pytest.mark.parametrize("kind", JOINED)
def test_a_policy_and_its_repository_have_a_row(kind: str) -> None:
    assert "policy" in ATTRIBUTES[kind]
    assert {"repository", "repository_name"} & set(ATTRIBUTES[kind])


def resources(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the type and the values of everything in *value* that looks like a resource of a plan."""
    match value:
        case {"type": str() as kind, "values": dict() as values}:
            yield kind, values
        case {"type": str() as kind, "change": {"before": before, "after": after}}:
            yield from ((kind, side) for side in (before, after) if isinstance(side, dict))
        case dict():
            for each in value.values():
                yield from resources(each)
        case list():
            for each in value:
                yield from resources(each)


def plans() -> list[Path]:
    ours = [path for path in sorted((ROOT / "tests").rglob("*.json")) if '"terraform_version"' in path.read_text()]
    return [*ours, *sorted(FIELD.glob("tf-*.json"))]


@pytest.mark.parametrize("path", plans(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_attribute_of_a_plan_that_is_at_hand_has_a_row(path: Path) -> None:
    found = list(resources(json.loads(path.read_text(encoding="utf-8"))))
    assert found
    assert [name for kind, values in found for name in unread_attributes(kind, values)] == []

"""Inspector's figures against an inventory: what it does not cover is unknown, and never "not in use"."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory.inspected import InspectedImage, indexes_of, uncovered, unknown_uses, uses_of

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ACCOUNT, REGION = "111111111111", "us-east-1"
AMD64, ARM64, INDEX, SIGNATURE = (f"sha256:{number:064}" for number in range(4))


def image(digest: str, **more: Any) -> Image:
    return Image(digest, NOW, **more)


HELD = RepositoryImages(
    "team/app",
    (image(AMD64), image(ARM64), image(INDEX, children=(AMD64, ARM64)), image(SIGNATURE, subject=INDEX)),
    ACCOUNT,
    REGION,
)


def inspected(digest: str = AMD64, **more: Any) -> InspectedImage:
    return InspectedImage(more.pop("account", ACCOUNT), REGION, "team/app", digest, **more)


def used(*figures: InspectedImage) -> dict[str, str]:
    return {use.digest: use.by for use in uses_of(figures, [HELD], NOW)}


def unknown(*figures: InspectedImage) -> list[str]:
    return [each.digest for each in uncovered(HELD, figures)]


def test_an_image_in_use_is_used_with_the_index_that_lists_it() -> None:
    by = "Inspector: 3 ECS tasks and EKS pods"
    assert used(inspected(in_use_count=3)) == {AMD64: by, INDEX: by}


@pytest.mark.parametrize(("days", "is_used"), [(1, True), (30, True), (31, False)])
def test_an_image_that_ran_lately_is_used(days: int, is_used: bool) -> None:  # noqa: FBT001 — a column of the table
    found = used(inspected(in_use_count=0, last_in_use_at=NOW - timedelta(days=days)))
    assert (AMD64 in found) == is_used


def test_an_image_that_runs_is_in_use_though_its_figures_are_old() -> None:
    assert AMD64 in used(inspected(in_use_count=1, is_active=False))


def test_an_image_without_a_task_is_known_not_to_be_in_use() -> None:
    figures = (inspected(AMD64, in_use_count=0), inspected(ARM64, in_use_count=0))
    assert (used(*figures), unknown(*figures)) == ({}, [])


@pytest.mark.parametrize(
    "figures",
    [
        (),
        (inspected(in_use_count=None),),
        (inspected(in_use_count=0, is_active=False),),
        (inspected(in_use_count=0, account="222222222222"),),
    ],
    ids=["not listed", "no figure", "not scanned any more", "of another registry"],
)
def test_what_inspector_does_not_say_is_not_known(figures: tuple[InspectedImage, ...]) -> None:
    assert AMD64 in unknown(*figures, inspected(ARM64, in_use_count=0))


def test_an_index_and_a_signature_are_not_asked_for() -> None:
    assert unknown() == [AMD64, ARM64]


def test_an_attestation_is_not_an_image_of_unknown_use() -> None:
    missing = uncovered(HELD, [inspected(in_use_count=0)])
    assert indexes_of(HELD, missing) == (INDEX,)
    assert unknown_uses(HELD, missing, {ARM64}) is None


def test_the_unknown_images_are_counted() -> None:
    found = unknown_uses(HELD, uncovered(HELD, []), set())
    assert "2 images of 4 are not covered by enhanced scanning" in str(found)

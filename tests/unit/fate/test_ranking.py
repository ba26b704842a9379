"""The order of images and their places, by each answer to what AWS leaves open."""

from datetime import timedelta

import pytest

from inventory_files import NOW, digest, newest
from lifecycle_cases import policy
from shared_ecr.fate.assumptions import CAUTIOUS, Assumptions
from shared_ecr.fate.evaluation import evaluate, settle
from shared_ecr.fate.images import Image
from shared_ecr.fate.ranking import RankedImages
from shared_ecr.fate.verdicts import Fate
from shared_ecr.model.lifecycle.rules import AnyImage, StorageClass, TaggedLike, TaggedWith
from shared_ecr.records import replace

DAY = timedelta(days=1)
OLD, MIDDLE, NEW = (Image(digest(tag), NOW - age * DAY, (tag,)) for tag, age in (("V1", 9), ("v2", 5), ("v3", 1)))
NOT_RENEWED = replace(CAUTIOUS, restoring_renews=False)


def order(assumptions: Assumptions, *images: Image) -> list[str]:
    return [image.tags[0] for image in RankedImages(images, assumptions).images]


def test_images_are_ranked_from_young_to_old() -> None:
    assert order(CAUTIOUS, OLD, NEW, MIDDLE) == ["v3", "v2", "V1"]


@pytest.mark.parametrize(("assumptions", "expected"), [
    (CAUTIOUS, ["V1", "v3", "v2"]), (NOT_RENEWED, ["v3", "v2", "V1"]),
], ids=["renewed", "not renewed"])  # fmt: skip
def test_a_restored_image_is_as_young_as_the_answer_says(assumptions: Assumptions, expected: list[str]) -> None:
    assert order(assumptions, replace(OLD, activated_at=NOW), MIDDLE, NEW) == expected


@pytest.mark.parametrize("assumptions", [CAUTIOUS, NOT_RENEWED], ids=["renewed", "not renewed"])
def test_archived_images_are_ranked_by_the_time_of_their_archiving(assumptions: Assumptions) -> None:
    first, last = (
        replace(image, storage_class=StorageClass.ARCHIVE, archived_at=NOW - age * DAY)
        for image, age in ((NEW, 3), (OLD, 2))
    )
    assert order(assumptions, first, last) == ["V1", "v3"]


@pytest.mark.parametrize(("case_matters", "expected"), [(True, ["v3", "v2"]), (False, ["v3", "v2", "V1"])])
@pytest.mark.parametrize("selection", [TaggedLike(("v*",)), TaggedWith(("v",))], ids=["pattern", "prefix"])
def test_capitals_are_other_letters_where_the_answer_says_so(
    selection: TaggedLike | TaggedWith,
    case_matters: bool,  # noqa: FBT001 — a column of the table
    expected: list[str],
) -> None:
    ranked = RankedImages((OLD, MIDDLE, NEW), replace(CAUTIOUS, case_matters=case_matters))
    assert [ranked.images[number].tags[0] for number in ranked.identified(selection)] == expected


@pytest.mark.parametrize(("without", "expected"), [
    ((), [1, 2, 3]), ((NEW,), [1, 1, 2]), ((MIDDLE,), [1, 1, 2]), ((OLD,), [1, 2, 2]), ((NEW, MIDDLE), [1, 1, 1]),
], ids=["none", "the newest", "the middle one", "the oldest", "two"])  # fmt: skip
def test_an_image_without_a_place_moves_the_older_ones_up(without: tuple[Image, ...], expected: list[int]) -> None:
    ranked = RankedImages((OLD, MIDDLE, NEW), CAUTIOUS)
    places = ranked.places(ranked.identified(AnyImage()), frozenset(image.digest for image in without))
    assert list(places) == expected


def test_a_claim_says_among_how_many_images_the_place_is() -> None:
    claims = [each.claim for each in evaluate(policy({"rules": [newest(1, 2)]}), (OLD, MIDDLE, NEW), NOW)]
    assert [(claim.place, claim.identified) for claim in claims if claim] == [(3, 3), (2, 3), (1, 3)]


def test_a_list_that_stays_holds_its_manifests_behind_one_that_expires() -> None:
    expiring, staying = replace(OLD, children=(MIDDLE.digest,)), replace(NEW, children=(MIDDLE.digest,))
    marked = {expiring.digest: Fate.EXPIRE, MIDDLE.digest: Fate.EXPIRE}
    in_one_run = replace(CAUTIOUS, children_wait_for_a_later_run=False)
    settled = settle((expiring, staying, MIDDLE), marked, in_one_run)
    assert (settled.fates[MIDDLE.digest], settled.causes[MIDDLE.digest]) == (Fate.BLOCKED, staying.digest)

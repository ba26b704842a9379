from datetime import UTC, datetime, timedelta

import pytest

from shared_ecr.fate.costs import Prices
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.price_list import PriceList
from shared_ecr.fate.spending import NOT_TAGGED, TAGS_NOT_READ, SpendingQuestion, StoredRepository, spending
from shared_ecr.model.lifecycle import LifecyclePolicy, LifecycleRule, NewestImages, StorageClass
from shared_ecr.model.lifecycle.rules import AnyImage

NOW = datetime(2026, 11, 30, tzinfo=UTC)
GB = 2**30
PRICES = PriceList({"us-east-1": Prices(1.0, 0.5)})
KEEP_ONE = LifecyclePolicy((LifecycleRule(1, AnyImage(), NewestImages(1)),))


def repository(name: str, *sizes: int, region: str = "us-east-1", **more: object) -> StoredRepository:
    images = tuple(
        Image(f"sha256:{number:064x}", NOW - timedelta(days=len(sizes) - number), size=size * GB)
        for number, size in enumerate(sizes)
    )
    return StoredRepository(RepositoryImages(name, images), region=region, **more)  # type: ignore[arg-type]  # by tests


def archived(name: str, size: int) -> StoredRepository:
    image = Image(f"sha256:{1:064x}", NOW, storage_class=StorageClass.ARCHIVE, archived_at=NOW, size=size * GB)
    return StoredRepository(RepositoryImages(name, (image,)), region="us-east-1")


def test_storage_and_archive_have_costs_of_their_own() -> None:
    (found,) = spending([repository("a", 2), archived("a", 4)], SpendingQuestion(NOW, PRICES))
    assert (found.standard_cost, found.archive_cost, found.cost) == (2.0, 2.0, 4.0)


def test_a_region_without_a_price_makes_the_cost_unknown_and_not_zero() -> None:
    found = spending([repository("a", 2, region="eu-west-1"), repository("b", 3)], SpendingQuestion(NOW, PRICES))
    assert [(each.name, each.cost, each.without_price) for each in found] == [
        ("a", None, ("eu-west-1",)),
        ("b", 3.0, ()),
    ]


def test_a_group_with_one_unknown_part_has_no_sum() -> None:
    parts = [repository("a", 2), repository("a", 2, region="eu-west-1")]
    (found,) = spending(parts, SpendingQuestion(NOW, PRICES))
    assert (found.repositories, found.cost, found.now.standard_bytes) == (2, None, 4 * GB)


def test_the_policy_saves_what_its_next_run_deletes() -> None:
    (found,) = spending([repository("a", 2, 3, policy=KEEP_ONE)], SpendingQuestion(NOW, PRICES))
    assert (found.cost, found.saving) == (5.0, 2.0)


def test_without_a_policy_nothing_is_saved() -> None:
    (found,) = spending([repository("a", 2, 3)], SpendingQuestion(NOW, PRICES, NOW + timedelta(days=60)))
    assert found.saving == 0.0


def test_a_policy_that_was_not_read_saves_an_unknown_amount() -> None:
    (found,) = spending([repository("a", 2, is_policy_known=False)], SpendingQuestion(NOW, PRICES))
    assert (found.cost, found.saving) == (2.0, None)


def test_by_a_day_the_policy_also_saves_what_is_pushed_until_then() -> None:
    # Two pushes of 30 days are repeated twice: 2, 3, 2, 3, 2, 3 GB without the policy, 3 GB with it.
    question = SpendingQuestion(NOW, PRICES, NOW + timedelta(days=60))
    (found,) = spending([repository("a", 2, 3, policy=KEEP_ONE)], question)
    assert found.saving == pytest.approx(15.0 - 3.0)


def test_tags_that_were_not_read_are_not_taken_for_missing_ones() -> None:
    parts = [repository("a", 1, tags=None), repository("b", 1), repository("c", 1, tags={"team": "shop"})]
    found = spending(parts, SpendingQuestion(NOW, PRICES, tag="team"))
    assert {each.name for each in found} == {TAGS_NOT_READ, NOT_TAGGED, "shop"}

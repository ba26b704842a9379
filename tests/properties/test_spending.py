"""What images cost is the same however it is grouped, and what is not known is never counted as nothing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.fate.costs import Prices
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.price_list import PriceList
from shared_ecr.fate.spending import SpendingQuestion, StoredRepository, spending
from shared_ecr.model.lifecycle import AnyImage, LifecyclePolicy, LifecycleRule, NewestImages, StorageClass

NOW = datetime(2026, 11, 30, tzinfo=UTC)
PRICED, UNPRICED = "us-east-1", "eu-west-1"
PRICES = PriceList({PRICED: Prices(1.0, 0.5)})


@st.composite
def stored(draw: st.DrawFn) -> StoredRepository:
    sizes = draw(st.lists(st.integers(0, 2**40), max_size=5))
    images = tuple(
        Image(
            f"sha256:{number:064x}", NOW - timedelta(days=len(sizes) - number), size=size,
            storage_class=draw(st.sampled_from(StorageClass)), archived_at=NOW - timedelta(days=1),
        )
        for number, size in enumerate(sizes)
    )  # fmt: skip
    keep = draw(st.none() | st.integers(1, 4))
    rule = LifecycleRule(1, AnyImage(), NewestImages(keep)) if keep else None
    return StoredRepository(
        RepositoryImages(draw(st.sampled_from("abcd")), images),
        LifecyclePolicy((rule,)) if rule else None,
        is_policy_known=draw(st.booleans()),
        tags=draw(st.none() | st.fixed_dictionaries({"team": st.sampled_from("xy")}) | st.just({})),
        region=draw(st.sampled_from([PRICED, PRICED, UNPRICED])),
    )


@given(st.lists(stored(), max_size=6), st.none() | st.integers(0, 40))
def test_every_byte_and_every_repository_is_counted_once_however_it_is_grouped(
    repositories: list[StoredRepository], days: int | None
) -> None:
    until = None if days is None else NOW + timedelta(days=days)
    by_name = spending(repositories, SpendingQuestion(NOW, PRICES, until))
    by_team = spending(repositories, SpendingQuestion(NOW, PRICES, until, "team"))
    for groups in (by_name, by_team):
        assert sum(each.repositories for each in groups) == len(repositories)
        assert sum(each.now.bytes for each in groups) == sum(
            image.size for repository in repositories for image in repository.images.images
        )


@given(st.lists(stored(), min_size=1, max_size=6))
def test_a_group_has_a_cost_where_every_region_of_it_has_a_price(repositories: list[StoredRepository]) -> None:
    for group in spending(repositories, SpendingQuestion(NOW, PRICES)):
        parts = [each for each in repositories if each.images.name == group.name]
        assert (group.cost is not None) is all(each.region == PRICED for each in parts)
        is_known = group.cost is not None and all(each.is_policy_known for each in parts)
        assert (group.saving is not None) is is_known


@given(st.lists(stored(), max_size=6), st.none() | st.integers(0, 40))
def test_a_policy_never_costs_more_than_none(repositories: list[StoredRepository], days: int | None) -> None:
    until = None if days is None else NOW + timedelta(days=days)
    for group in spending(repositories, SpendingQuestion(NOW, PRICES, until)):
        # Sums of floats differ by their order, not by a cent.
        assert group.saving is None or group.saving > -0.01

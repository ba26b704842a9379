from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.client.replication_backfills import MOST_AT_ONCE, rounds
from shared_ecr.model.names import AccountId, EcrRegistry, Region

REGIONS = [
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1",
    "eu-north-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
]  # fmt: skip
DESTINATIONS = st.builds(
    EcrRegistry,
    st.integers(0, 3).map(lambda number: AccountId(str(222222222222 + number))),
    st.sampled_from(REGIONS).map(Region.parse),
)


@given(st.lists(DESTINATIONS, max_size=25, unique=True))
def test_every_destination_is_in_one_round_and_no_region_twice_in_a_round(destinations: list[EcrRegistry]) -> None:
    found = rounds(destinations)
    assert sorted(map(str, (each for together in found for each in together))) == sorted(map(str, destinations))
    for together in found:
        assert len({each.region for each in together}) == len(together) <= MOST_AT_ONCE

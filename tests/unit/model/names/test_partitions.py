import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Region


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eusc-de-east-1", "aws-eusc")],
)
def test_a_region_knows_its_partition(region: str, partition: str) -> None:
    assert str(Region.parse(region).partition) == partition


def test_an_availability_zone_is_refused_with_its_region() -> None:
    with pytest.raises(InvalidValueError, match="The Region is 'us-east-1'"):
        Region.parse("us-east-1a")


@pytest.mark.parametrize("text", ["us-east1", "US-EAST-1", "us_east_1", "us-eats-1"])
def test_a_near_miss_is_shown_the_region_it_means(text: str) -> None:
    with pytest.raises(InvalidValueError, match="Did you mean 'us-east-1'"):
        Region.parse(text)


@pytest.mark.parametrize("text", ["virginia", "global", "", "us-east-1 ", "*"])
def test_what_is_no_region_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        Region.parse(text)

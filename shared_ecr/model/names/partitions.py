"""Regions and the partitions they belong to; ARNs and host names differ by partition.

Source: botocore's `endpoints.json` (partitions, DNS suffixes, the Regions of ECR), copied here because the core
imports no SDK; `tests/client/test_botocore_agrees.py` fails when AWS adds a Region that this table lacks.
"""

from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import did_you_mean, nearest, quoted
from shared_ecr.text.patterns import LazyPattern


@record
class Partition:
    """A separate part of AWS with its own accounts, ARNs and host names."""

    name: str
    dns_suffix: str
    dual_stack_suffix: str | None
    regions: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


AWS = Partition(
    "aws", "amazonaws.com", "on.aws",
    (
        "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
        "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
        "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1",
        "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1",
        "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    ),
)  # fmt: skip
PARTITIONS = (
    AWS,
    Partition("aws-cn", "amazonaws.com.cn", "on.amazonwebservices.com.cn", ("cn-north-1", "cn-northwest-1")),
    Partition("aws-us-gov", "amazonaws.com", "on.aws", ("us-gov-east-1", "us-gov-west-1")),
    Partition("aws-eusc", "amazonaws.eu", None, ("eusc-de-east-1",)),
    Partition("aws-iso", "c2s.ic.gov", None, ("us-iso-east-1", "us-iso-west-1")),
    Partition("aws-iso-b", "sc2s.sgov.gov", None, ("us-isob-east-1", "us-isob-west-1")),
    Partition("aws-iso-e", "cloud.adc-e.uk", None, ("eu-isoe-west-1",)),
    Partition("aws-iso-f", "csp.hci.ic.gov", None, ("us-isof-east-1", "us-isof-south-1")),
)
_PARTITION_OF = {region: partition for partition in PARTITIONS for region in partition.regions}
_ZONE = LazyPattern(r"([a-z]{2,4}(?:-[a-z]+)+-[0-9])[a-z]")

# FIPS registries are documented for these Regions only; botocore invents names elsewhere.
# https://docs.aws.amazon.com/general/latest/gr/ecr.html
FIPS_REGIONS = frozenset({"us-east-1", "us-east-2", "us-west-1", "us-west-2", "us-gov-east-1", "us-gov-west-1"})


@record(order=True)
class Region:
    """An AWS Region in which ECR runs."""

    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a Region's name; refuse zones, other spellings and Regions that do not exist."""
        if text in _PARTITION_OF:
            return cls(text)
        zone = _ZONE.fullmatch(text)
        if zone and zone[1] in _PARTITION_OF:
            raise InvalidValueError(
                f"{quoted(text)} is an availability zone", fix=f"The Region is '{zone[1]}'", code="region-az"
            )
        fix = did_you_mean(text, _PARTITION_OF) if nearest(text, _PARTITION_OF) else "Write one such as 'us-east-1'"
        raise InvalidValueError(f"there is no Region {quoted(text)}", fix=fix, code="region")

    @property
    def partition(self) -> Partition:
        """The partition this Region belongs to."""
        return _PARTITION_OF[self.name]

    def __str__(self) -> str:
        return self.name

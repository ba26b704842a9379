"""Registry hosts: which of them are ECR's, and therefore may be sent an ECR token.

The match is anchored at both ends and the Region is checked against the suffix's partition: a host that only
*contains* `dkr.ecr` must never receive credentials.
https://docs.aws.amazon.com/general/latest/gr/ecr.html, https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
"""

import re
from dataclasses import dataclass
from typing import Self

from shared_ecr.errors import InvalidValueError
from shared_ecr.names.accounts import AccountId
from shared_ecr.names.partitions import FIPS_REGIONS, Region
from shared_ecr.text import quoted

_PRIVATE = re.compile(
    r"(?P<account>[0-9]{12})\.dkr(?P<joint>[.-])ecr(?P<fips>-fips)?\.(?P<region>[a-z0-9-]+)\.(?P<suffix>[a-z0-9.-]+)"
)
# A domain or an address with an optional port, as the distribution reference grammar has it.
_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?"
)


@dataclass(frozen=True, slots=True)
class EcrRegistry:
    """One account's ECR in one Region, and which of its host names is meant."""

    account: AccountId
    region: Region
    fips: bool = False
    dual_stack: bool = False

    @property
    def host(self) -> "RegistryHost":
        """The host name of this registry."""
        partition = self.region.partition
        fips = "-fips" if self.fips else ""
        if self.dual_stack:
            return RegistryHost(f"{self.account}.dkr-ecr{fips}.{self.region}.{partition.dual_stack_suffix}")
        return RegistryHost(f"{self.account}.dkr.ecr{fips}.{self.region}.{partition.dns_suffix}")


@dataclass(frozen=True, slots=True)
class RegistryHost:
    """The host of a registry, with its port where one is given; never a scheme or a path."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a host; refuse a scheme, a path, user information and blanks."""
        if "://" in text:
            raise InvalidValueError(
                f"{quoted(text)} has a scheme",
                fix=f"Write {quoted(text.split('://', 1)[1])}",
                code="host-scheme",
            )
        if not _HOST.fullmatch(text):
            raise InvalidValueError(f"{quoted(text)} is no registry host", code="host")
        return cls(text)

    @property
    def ecr(self) -> EcrRegistry | None:
        """The private ECR registry this host is, or None: then it may never see an ECR token."""
        match = _PRIVATE.fullmatch(self.text)
        if not match:
            return None
        try:
            account, region = AccountId.parse(match["account"]), Region.parse(match["region"])
        except InvalidValueError:
            return None
        fips, dual_stack = bool(match["fips"]), match["joint"] == "-"
        partition = region.partition
        suffix = partition.dual_stack_suffix if dual_stack else partition.dns_suffix
        if match["suffix"] != suffix or (fips and region.name not in FIPS_REGIONS):
            return None
        return EcrRegistry(account, region, fips=fips, dual_stack=dual_stack)

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine, the only place where plain HTTP is spoken."""
        name = self.text if self.text.startswith("[") else self.text.rsplit(":", 1)[0]
        return (
            name in {"localhost", "[::1]"}
            or self.text.startswith("[::1]:")
            or bool(re.fullmatch(r"127(?:\.[0-9]{1,3}){3}", name))
        )

    def __str__(self) -> str:
        return self.text

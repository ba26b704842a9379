"""Registry hosts: which of them are ECR's, and therefore may be sent an ECR token.

The match is anchored at both ends and the Region is checked against the suffix's partition: a host that only
*contains* `dkr.ecr` must never receive credentials (`look_alikes`).
https://docs.aws.amazon.com/general/latest/gr/ecr.html, https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
"""

from typing import TYPE_CHECKING, Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names.accounts import AccountId
from shared_ecr.model.names.partitions import FIPS_REGIONS, Region
from shared_ecr.model.names.secrets_in_addresses import refuse_secrets
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from shared_ecr.model.names.repository import RepositoryName

_PRIVATE = LazyPattern(
    r"(?P<account>[0-9]{12})\.dkr(?P<joint>[.-])ecr(?P<fips>-fips)?\.(?P<region>[a-z0-9-]+)\.(?P<suffix>[a-z0-9.-]+)"
)
# A domain or an address with an optional port, as the distribution reference grammar has it.
# https://github.com/distribution/reference/blob/main/regexp.go
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = LazyPattern(rf"(?:(?P<name>{_LABEL}(?:\.{_LABEL})*)|\[(?P<address>[0-9a-f:.]+)\])(?::(?P<port>[0-9]{{1,5}}))?")
MAX_HOST_LENGTH = 253
MAX_PORT = 65535

# The second is the dual-stack name of the first. https://docs.aws.amazon.com/general/latest/gr/ecr-public.html
ECR_PUBLIC_HOSTS = frozenset({"public.ecr.aws", "ecr-public.aws.com"})
# One registry with three names: the usual one, that of its first API, and its address.
DOCKER_HUB = "docker.io"
DOCKER_HUB_ADDRESS = "registry-1.docker.io"
DOCKER_HUB_HOSTS = frozenset({DOCKER_HUB, "index.docker.io", DOCKER_HUB_ADDRESS})


@record
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

    def uri_of(self, repository: "RepositoryName") -> str:
        """Where the images of *repository* are pulled from and pushed to."""
        return f"{self.host}/{repository}"

    def arn_of(self, repository: "RepositoryName") -> str:
        """The ARN of *repository*."""
        return f"arn:{self.region.partition}:ecr:{self.region}:{self.account}:repository/{repository}"


@record(order=True)
class RegistryHost:
    """The host of a registry, with its port where one is given; never a scheme or a path."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a host; refuse a scheme, a path, user information, blanks, capitals and ports that do not exist."""
        refuse_secrets(text)
        if "://" in text:
            raise InvalidValueError(
                f"{quoted(text)} has a scheme",
                fix=f"Write {quoted(text.split('://', 1)[1])}",
                code="host-scheme",
            )
        if _is_host(text):
            return cls(text)
        if text.isascii() and _is_host(text.lower()):
            raise InvalidValueError(
                f"the registry host {quoted(text)} has capitals", fix=f"Write '{text.lower()}'", code="host-case"
            )
        raise InvalidValueError(
            f"{quoted(text)} is not a registry host" if text else "the registry host is empty",
            why="A host is a name such as 'registry.example.com' or an address, and a port where it has one",
            code="host",
        )

    @property
    def ecr(self) -> EcrRegistry | None:
        """The private ECR registry this host is, or None: then it may never see an ECR token."""
        # The first question spares every other registry the pattern.
        match = _PRIVATE.fullmatch(self.text) if ".dkr" in self.text else None
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
    def is_ecr_public(self) -> bool:
        """Whether the host is ECR Public, whose tokens are others than those of private registries."""
        return self.text in ECR_PUBLIC_HOSTS

    @property
    def is_docker_hub(self) -> bool:
        """Whether the host is Docker Hub, by whichever of its names."""
        return self.canonical.text == DOCKER_HUB

    @property
    def canonical(self) -> "RegistryHost":
        """The one name of this registry: `docker.io` for each of Docker Hub's, and the port 443 left out."""
        # Connections to this machine use plain HTTP, where a missing port does not mean 443.
        name = self.text if self.is_loopback else self.text.removesuffix(":443")
        return RegistryHost(DOCKER_HUB if name in DOCKER_HUB_HOSTS else name)

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine, the only host for plain HTTP."""
        match = _HOST.fullmatch(self.text)
        if not match:
            return False
        if match["name"] == "localhost":
            return True
        address = _address(match["address"] or match["name"])
        return address is not None and address.is_loopback

    def __str__(self) -> str:
        return self.text


def _is_host(text: str) -> bool:
    match = _HOST.fullmatch(text) if len(text) <= MAX_HOST_LENGTH else None
    if not match or (match["port"] and not 0 < int(match["port"]) <= MAX_PORT):
        return False
    if match["address"]:
        return ":" in match["address"] and _address(match["address"]) is not None
    # Every resolver reads a name that ends in a number as an address, and they disagree about unusual ones.
    return not match["name"].rpartition(".")[2].isdigit() or _address(match["name"]) is not None


def _address(text: str) -> "IPv4Address | IPv6Address | None":
    import ipaddress  # noqa: PLC0415 — start-up time of docker's credential helper, which needs names only

    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None

"""Where images are copied to when they are pushed.

A replica is not replicated again, and images that were pushed before the rule are not copied. Names stay as they are.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

from collections.abc import Iterable, Iterator
from typing import Any, Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, EcrRegistry, Region, RepositoryName
from shared_ecr.model.property_shapes import FILTERS, TEXT, ListOf, ObjectOf
from shared_ecr.model.settings.api_calls import CalledSetting
from shared_ecr.model.settings.setting import Setting, SettingsSpec
from shared_ecr.model.settings.setting_type import (
    Properties,
    ServiceLinkedRole,
    SettingType,
    TerraformBlock,
    TerraformType,
)
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern
from shared_ecr.text.spelling import pascal_keys

# The API takes 25 rules, the quota page and the user guide say 10.
MAX_RULES, WARNED_RULES = 25, 10
MAX_PREFIXES = 100
# https://docs.aws.amazon.com/general/latest/gr/ecr.html: unique destinations of all rules together.
MAX_DESTINATIONS = 25
# Regions launched after March 2019: an account has them once it enables them.
# https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
OPT_IN_REGIONS = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
        "ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1",
        "me-central-1", "me-south-1", "mx-central-1",
    }
)  # fmt: skip
_PREFIX = TextGrammar(
    pattern=LazyPattern(r"(?=.{2,256}$)(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*"),
    what="a prefix of a repository name",
    why="A prefix is 2 to 256 lower-case letters, digits, '.', '_', '-' and '/'",
    code="replication-prefix",
)


@record(order=True)
class Destination:
    """A registry that receives replicas."""

    account: AccountId
    region: Region

    @property
    def registry(self) -> EcrRegistry:
        """The registry as a place with a host."""
        return EcrRegistry(self.account, self.region)

    def __str__(self) -> str:
        return f"{self.account}-{self.region}"


@record(order=True)
class NamePrefix:
    """A prefix of repository names: `team/` and `team/app`, but also `te`."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a prefix; refuse wildcards, which a replication filter takes literally or not at all."""
        before, star, _ = text.partition("*")
        if star:
            raise InvalidValueError(
                f"{quoted(text)} has a wildcard",
                why="A replication filter is a prefix of a name",
                fix=f"Write {quoted(before)}" if before else "Leave 'prefixes' out for all",
                fix_in_template="" if before else "Remove RepositoryFilters for all repositories",
                code="replication-prefix",
            )
        return cls(_PREFIX.require(text))


@record(order=True)
class ReplicationRule:
    """Destinations, and the repositories that are copied there; without prefixes, all of them."""

    destinations: tuple[Destination, ...]
    prefixes: tuple[NamePrefix, ...] = ()
    delete: bool = False
    """Whether deletions, removals of tags and expirations are repeated at the destinations."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "destinations", tuple(sorted(self.destinations)))
        object.__setattr__(self, "prefixes", tuple(sorted(self.prefixes)))

    def covers(self, name: RepositoryName) -> bool:
        """Whether the repository of that name is copied."""
        return not self.prefixes or any(name.text.startswith(prefix.text) for prefix in self.prefixes)


@record
class Replication:
    """The replication configuration of a registry, of which each account has one in each Region."""

    rules: tuple[ReplicationRule, ...]
    unmanaged: frozenset[Destination] = frozenset()
    """Destinations that get no stack: their repositories and settings stay as they are."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", tuple(sorted(self.rules)))

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """Every destination once, in a stable order."""
        return tuple(sorted({each for rule in self.rules for each in rule.destinations}))

    @property
    def managed_destinations(self) -> tuple[Destination, ...]:
        """The destinations whose repositories and settings a stack makes."""
        return tuple(each for each in self.destinations if each not in self.unmanaged)

    def prefixes_to(self, destination: Destination) -> tuple[str, ...]:
        """Return the prefixes of the names that are copied to *destination*; `""` where it is all of them."""
        rules = [rule for rule in self.rules if destination in rule.destinations]
        if any(not rule.prefixes for rule in rules):
            return ("",)
        return tuple(sorted({prefix.text for rule in rules for prefix in rule.prefixes}))

    def is_copied(self, name: RepositoryName, destination: Destination) -> bool:
        """Whether the repository of that name is copied to *destination*."""
        return any(rule.covers(name) for rule in self.rules if destination in rule.destinations)

    def wire(self, home: EcrRegistry) -> dict[str, Any]:
        """Render the configuration of *home* as CloudFormation takes it, which has no property for deletions.

        A destination that is *home* itself is left out, and so is a rule without a destination.
        """
        return {"rules": self._rules(home, deletes=False)}

    def called(self, home: EcrRegistry) -> CalledSetting | None:
        """Return the call that puts the configuration with its deletions, or None where no rule repeats any."""
        rules = self._rules(home, deletes=True)
        if not any("deleteReplication" in rule for rule in rules):
            return None
        parameters = {"replicationConfiguration": {"rules": rules}}
        return CalledSetting.of("REPLICATION_OF_DELETIONS", "PutReplicationConfiguration", parameters)

    def _rules(self, home: EcrRegistry, *, deletes: bool) -> list[dict[str, Any]]:
        itself = Destination(home.account, home.region)
        rules = (_rule(rule, itself, deletes=deletes) for rule in self.rules)
        return [rule for rule in rules if rule["destinations"]]


def _rule(rule: ReplicationRule, itself: Destination, *, deletes: bool) -> dict[str, Any]:
    wire: dict[str, Any] = {
        "destinations": [
            {"region": str(each.region), "registryId": str(each.account)}
            for each in rule.destinations
            if each != itself
        ]
    }
    if rule.prefixes:
        wire["repositoryFilters"] = _filters(rule.prefixes)
    if rule.delete and deletes:
        wire["deleteReplication"] = {"enabled": True}
    return wire


def _filters(prefixes: Iterable[NamePrefix]) -> list[dict[str, str]]:
    return [{"filter": prefix.text, "filterType": "PREFIX_MATCH"} for prefix in prefixes]


REPLICATION: Setting[Replication | None] = Setting("replication", None)


def _render(settings: SettingsSpec, home: EcrRegistry) -> Iterator[Properties]:
    replication = settings[REPLICATION]
    if replication and (wire := replication.wire(home))["rules"]:
        yield {"ReplicationConfiguration": pascal_keys(wire)}


_RULES = TerraformBlock(
    "Rules",
    {
        "destination": TerraformBlock("Destinations", {"region": "Region", "registry_id": "RegistryId"}),
        "repository_filter": TerraformBlock("RepositoryFilters", {"filter": "Filter", "filter_type": "FilterType"}),
    },
)
_DESTINATIONS = ListOf(ObjectOf({"Region": TEXT, "RegistryId": TEXT}, is_open=True))
_RULE = ObjectOf({"Destinations": _DESTINATIONS}, {"RepositoryFilters": FILTERS}, is_open=True)
REPLICATION_CONFIGURATION = SettingType(
    type="AWS::ECR::ReplicationConfiguration",
    order=30,
    called="replication configuration",
    keys=("replication",),
    scope=("Settings", "Replication"),
    shape=ObjectOf({"ReplicationConfiguration": ObjectOf({"Rules": ListOf(_RULE)})}),
    read_by="DescribeRegistry",
    render=_render,
    put_by={"PutReplicationConfiguration": ""},
    terraform=TerraformType(
        "aws_ecr_replication_configuration",
        {"replication_configuration": TerraformBlock("ReplicationConfiguration", {"rule": _RULES}, is_list=False)},
    ),
    linked_role=ServiceLinkedRole(
        "AWSServiceRoleForECRReplication",
        "replication.ecr.amazonaws.com",
        lambda settings: settings[REPLICATION] is not None,
    ),
)

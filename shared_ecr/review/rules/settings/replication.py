"""Replication configurations: CloudFormation's own, and those that a custom resource of ours puts by a call.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared_ecr.documents.json_text import Json, read_json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.model.filters import replication_filter_matches
from shared_ecr.model.names import AccountId, Region
from shared_ecr.model.settings.replication import (
    MAX_DESTINATIONS,
    MAX_PREFIXES,
    MAX_RULES,
    OPT_IN_REGIONS,
    WARNED_RULES,
    NamePrefix,
)
from shared_ecr.review.deployments import Deployment, RegistryHome, Resource, Stack
from shared_ecr.review.findings import RuleFinding, error, note, warning
from shared_ecr.review.policy_texts import partition_of
from shared_ecr.review.rules.settings.shapes import Shapes
from shared_ecr.review.texts import pascal
from shared_ecr.text import quoted

REPLICATION = "AWS::ECR::ReplicationConfiguration"
CALLED = "Custom::EcrSetting"
CALLED_OPERATION = "PutReplicationConfiguration"


@dataclass(frozen=True, slots=True)
class ReadRule:
    """One rule."""

    destinations: tuple[RegistryHome, ...]
    """Those that are known."""
    has_destinations: bool
    """Whether any is written, known or not."""
    prefixes: tuple[str, ...]
    """The prefixes of the names that are copied; none for every repository."""
    deletes: bool = False
    """Whether deletions are replicated, too; so it counts where that is not known."""

    def covers(self, name: str) -> bool:
        """Whether the repository called *name* is copied."""
        return not self.prefixes or any(replication_filter_matches(prefix, name) for prefix in self.prefixes)


@dataclass(frozen=True, slots=True)
class ReadReplication:
    """What one registry replicates."""

    stack: Stack
    resource: Resource
    rules: tuple[ReadRule, ...]


def read_replications(deployment: Deployment) -> Iterator[ReadReplication]:
    """Yield what every resource of *deployment* says about replication."""
    for stack in deployment.stacks:
        for resource in stack.resources:
            if (configuration := configured(resource)) is not None:
                yield ReadReplication(stack, resource, tuple(rule for rule, _ in _rules(Shapes(), configuration)))


def configured(resource: Resource) -> Json:
    """Return the configuration that *resource* puts, in CloudFormation's spelling; None where it puts none."""
    if resource.type == REPLICATION:
        return resource.properties.get("ReplicationConfiguration", {})
    body = resource.text("Body")
    if resource.type != CALLED or resource.properties.get("Operation") != CALLED_OPERATION or body is None:
        return None
    try:
        called = pascal(read_json(body, "the body"))
    except InvalidPolicyError:
        return None
    return called.get("ReplicationConfiguration") if isinstance(called, dict) else None


def replication(resource: Resource) -> Iterator[RuleFinding]:
    """Judge one replication configuration."""
    configuration = configured(resource)
    if configuration is None:
        return
    shapes = Shapes()
    rules = _rules(shapes, configuration)
    yield from _number_of(rules)
    for rule, path in rules:
        if not rule.has_destinations:
            yield _without_destinations(path)
        for destination in dict.fromkeys(rule.destinations):
            yield from _destination(destination, path, resource.home)
    yield from shapes.found


def _rules(shapes: Shapes, configuration: Json) -> list[tuple[ReadRule, str]]:
    held = shapes.mapping(configuration, "ReplicationConfiguration")
    return [(_rule(shapes, rule, path), path) for rule, path in shapes.mappings(held.get("Rules"), "Rules")]


def _rule(shapes: Shapes, rule: Mapping[str, Json], path: str) -> ReadRule:
    written = shapes.mappings(rule.get("Destinations"), f"{path}.Destinations")
    filters = shapes.mappings(rule.get("RepositoryFilters"), f"{path}.RepositoryFilters")
    if len(filters) > MAX_PREFIXES:
        what = f"{path} has {len(filters)} filters; {MAX_PREFIXES} are allowed"
        shapes.found.append(error("replication-prefix", what, "ECR refuses it", "Join those that have a common prefix"))
    prefixes = []
    for each, place in filters:
        kind = each.get("FilterType")
        if kind is not None and kind != "PREFIX_MATCH":
            what = f"{place}: {quoted(str(kind))} is no type of filter"
            shapes.found.append(error("replication-prefix", what, "ECR knows PREFIX_MATCH alone", "Write PREFIX_MATCH"))
        prefix = shapes.parsed(each.get("Filter"), place, NamePrefix.parse)
        # One that is not known is the prefix of no name, so that the rule is not taken for one about every repository.
        prefixes.append(prefix.text if prefix else str(each.get("Filter")))
    destinations = (_destination_of(shapes, each, place) for each, place in written)
    has_destinations = bool(written) or isinstance(rule.get("Destinations"), str)
    return ReadRule(tuple(filter(None, destinations)), has_destinations, tuple(prefixes), _deletes(rule))


def _deletes(rule: Mapping[str, Json]) -> bool:
    """Whether the rule replicates deletions.

    The resource type has no property for it yet; the API calls it `deleteReplication`, with `enabled` in it.
    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ReplicationRule.html
    """
    written = rule.get("DeleteReplication")
    held = written.get("Enabled") if isinstance(written, dict) else written
    return held not in (None, False, "false", "False")


def _destination_of(shapes: Shapes, written: Mapping[str, Json], path: str) -> RegistryHome | None:
    region = shapes.parsed(written.get("Region"), f"{path}.Region", Region.parse)
    account = shapes.parsed(written.get("RegistryId"), f"{path}.RegistryId", AccountId.parse)
    return RegistryHome(str(account), str(region)) if account and region else None


def _number_of(rules: list[tuple[ReadRule, str]]) -> Iterator[RuleFinding]:
    if len(rules) > MAX_RULES:
        what = f"{len(rules)} rules; {MAX_RULES} are allowed"
        yield error("replication-rules", what, "ECR refuses the configuration", "Join rules with the same destinations")
    elif len(rules) > WARNED_RULES:
        yield warning(
            "replication-rules", f"{len(rules)} rules", f"AWS's quota page allows {WARNED_RULES}, its API {MAX_RULES}",
            "Join rules with the same destinations",
        )  # fmt: skip
    destinations = {each for rule, _ in rules for each in rule.destinations}
    if len(destinations) > MAX_DESTINATIONS:
        yield error(
            "replication-destinations",
            f"{len(destinations)} destinations; {MAX_DESTINATIONS} are allowed for all rules together",
            "It is a quota that AWS does not raise: ECR refuses the configuration", "Replicate to fewer registries",
            tuple(sorted(map(str, destinations))),
        )  # fmt: skip


def _without_destinations(path: str) -> RuleFinding:
    return error(
        "replication-destinations", f"{path} has no destinations", "ECR refuses a rule without any",
        "Name a Region and a registry, or remove the rule",
    )  # fmt: skip


def _destination(destination: RegistryHome, path: str, home: RegistryHome) -> Iterator[RuleFinding]:
    if destination == home:
        yield error(
            "replication-itself",
            f"{path} replicates {home} to itself",
            "ECR refuses it",
            "Name another Region or account",
        )
    ours, theirs = partition_of(home), partition_of(destination)
    if ours and ours != theirs:
        yield error(
            "region-partition", f"{path}: {destination.region} is in partition {theirs}, the registry in {ours}",
            "Images are not replicated from one partition to another", "Name a Region of the same partition",
        )  # fmt: skip
    if destination.region in OPT_IN_REGIONS:
        yield note(
            "region-opt-in", f"{path}: {destination.region} is a Region that an account must enable first",
            "Nothing arrives there as long as one of the two accounts has not",
            "Enable it in the source's account and the destination's",
        )  # fmt: skip

"""Replication configurations: CloudFormation's own, and those that a custom resource of ours puts by a call.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json, read_json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.model.filters import replication_filter_matches
from shared_ecr.model.names import AccountId, Region
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.replication import (
    MAX_PREFIXES,
    REPLICATION_CONFIGURATION,
    NamePrefix,
)
from shared_ecr.records import record
from shared_ecr.review.deployments import Deployment, RegistryHome, Resource, Stack, is_known
from shared_ecr.review.findings import error
from shared_ecr.review.rules.settings.shapes import Shapes
from shared_ecr.text import quoted
from shared_ecr.text.spelling import pascal_keys

CALLED_OPERATION = "PutReplicationConfiguration"


@record
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


@record
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
                yield ReadReplication(stack, resource, tuple(rule for rule, _ in read_rules(Shapes(), configuration)))


def configured(resource: Resource) -> Json:
    """Return the configuration that *resource* puts, in CloudFormation's spelling; None where it puts none."""
    if resource.type == REPLICATION_CONFIGURATION.type:
        return resource.properties.get("ReplicationConfiguration", {})
    body = resource.text("Body")
    operation = resource.properties.get("Operation")
    # One that only a deployment knows may be the one that replicates.
    is_called = operation == CALLED_OPERATION or not is_known(operation)
    if resource.type != CALLED_SETTING.type or not is_called or body is None:
        return None
    try:
        called = pascal_keys(read_json(body, "the body"))
    except InvalidPolicyError:
        return None
    return called.get("ReplicationConfiguration") if isinstance(called, dict) else None


def read_rules(shapes: Shapes, configuration: Json) -> list[tuple[ReadRule, str]]:
    """Return each rule with its path in the resource."""
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
            what = f"{place}: {quoted(str(kind))} is not a type of filter"
            shapes.found.append(
                error(
                    "replication-prefix", what, "PREFIX_MATCH is the only type that ECR accepts", "Write PREFIX_MATCH"
                )
            )
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

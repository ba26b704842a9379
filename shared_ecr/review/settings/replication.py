"""Replication configurations, CloudFormation's own and those that a call puts: what AWS refuses of them.

What is no longer copied is in `shared_ecr/review/changes/registry/replication.py`, which looks at whole registries.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

from collections.abc import Iterator

from shared_ecr.model.settings.replication import (
    MAX_DESTINATIONS,
    MAX_RULES,
    OPT_IN_REGIONS,
    REPLICATION_CONFIGURATION,
    WARNED_RULES,
)
from shared_ecr.review.changes.verdicts.rows import ONE_VALUE, PropertyRow, harmless, loses, widens
from shared_ecr.review.deployments import RegistryHome, Resource, Stack
from shared_ecr.review.findings import RuleFinding, error, note, warning
from shared_ecr.review.policy_texts import partition_of
from shared_ecr.review.rules.settings.replication import ReadRule, configured, read_rules
from shared_ecr.review.rules.settings.shapes import Shapes
from shared_ecr.review.settings.reviewed_setting import ReviewedSetting


def _judged(_: Stack, resource: Resource) -> Iterator[RuleFinding]:
    """Judge one replication configuration."""
    configuration = configured(resource)
    if configuration is None:
        return
    shapes = Shapes()
    rules = read_rules(shapes, configuration)
    yield from _number_of(rules)
    for rule, path in rules:
        if not rule.has_destinations:
            yield _without_destinations(path)
        for destination in dict.fromkeys(rule.destinations):
            yield from _destination(destination, path, resource.home)
    yield from shapes.found


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
            "AWS does not raise this quota: ECR refuses the configuration", "Replicate to fewer registries",
            tuple(sorted(map(str, destinations))),
        )  # fmt: skip


def _without_destinations(path: str) -> RuleFinding:
    return error(
        "replication-destinations", f"{path} has no destinations", "ECR refuses a rule without a destination",
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
            "No image arrives there until both accounts have enabled it",
            "Enable it in the source's account and the destination's",
        )  # fmt: skip


_DESTINATION = PropertyRow(
    widens("replication-outside"),
    loses("replication-destination-dropped", "replication-outside"),
    loses("replication-destination-dropped"),
)
REVIEWED = ReviewedSetting(
    REPLICATION_CONFIGURATION.type,
    _judged,
    properties={
        "ReplicationConfiguration.Rules[].DeleteReplication.Enabled": PropertyRow(
            loses("replication-deletes"), loses("replication-deletes"), harmless("copies then outlive deletions")
        ),
        "ReplicationConfiguration.Rules[].Destinations[].Region": _DESTINATION,
        "ReplicationConfiguration.Rules[].Destinations[].RegistryId": _DESTINATION,
        "ReplicationConfiguration.Rules[].RepositoryFilters[].Filter": PropertyRow(
            loses("replication-narrowed", "replication-outside"),
            loses("replication-narrowed", "replication-outside"),
            loses("replication-narrowed", "replication-outside"),
        ),
        "ReplicationConfiguration.Rules[].RepositoryFilters[].FilterType": ONE_VALUE,
    },
)

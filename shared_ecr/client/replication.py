"""Replication, image by image: where each should be, and what ECR says became of it.

A push replicates, and so does a restore; neither a new rule nor a new destination does. What was pushed before has no
status; `replication_backfills` replicates it.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from shared_ecr.client.aws.deployed import RegistryClients
from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.client.aws.inventory import RequestPacing
from shared_ecr.client.aws.selected_images import SelectedImages, image_details
from shared_ecr.model.names import AccountId, EcrRegistry, Region
from shared_ecr.records import record


class ReplicaStatus(StrEnum):
    """What became of one image at one destination."""

    COMPLETE = "COMPLETE"
    IN_PROGRESS = "IN_PROGRESS"
    FAILED = "FAILED"
    NEVER_TRIED = "NEVER_TRIED"
    """ECR has no status: the image was pushed before the rule was there, or is archived."""
    UNKNOWN = "UNKNOWN"
    """ECR answered with a word that this release does not know."""

    @property
    def is_missing(self) -> bool:
        """Whether the image is not known to be at the destination, and nothing is under way."""
        return self in {ReplicaStatus.FAILED, ReplicaStatus.NEVER_TRIED, ReplicaStatus.UNKNOWN}


@record
class Replica:
    """One image at one destination."""

    destination: EcrRegistry
    status: ReplicaStatus
    failure: str = ""


@record
class ReplicatedImage:
    """One image with the state of its replicas."""

    registry: EcrRegistry
    repository: str
    digest: str
    tags: tuple[str, ...]
    replicas: tuple[Replica, ...]

    @property
    def is_missing(self) -> bool:
        """Whether a replica is missing."""
        return any(each.status.is_missing for each in self.replicas)

    def __str__(self) -> str:
        return f"{self.repository}:{self.tags[0]}" if self.tags else f"{self.repository}@{self.digest}"


@record
class ReplicationRules:
    """The replication configuration of a registry."""

    rules: Sequence[Mapping[str, Any]]

    @property
    def destinations(self) -> tuple[EcrRegistry, ...]:
        """Every destination, once."""
        return tuple(dict.fromkeys(registry_of(each) for rule in self.rules for each in rule["destinations"]))

    def of_repository(self, name: str) -> tuple[EcrRegistry, ...]:
        """Return where the repository *name* is replicated to."""
        meant = (rule for rule in self.rules if _is_meant(rule, name))
        return tuple(dict.fromkeys(registry_of(each) for rule in meant for each in rule["destinations"]))


def read_rules(clients: RegistryClients, registry: EcrRegistry) -> ReplicationRules:
    """Read the rules of the caller's registry in the Region of *registry*.

    Raises:
        AwsRefusedError: the caller lacks ecr:DescribeRegistry.
        UnavailableError: no credentials or no network.
    """
    with asking_aws(f"ecr:DescribeRegistry in {registry.region}"):
        answer = clients.ecr(registry.region).describe_registry()
    return ReplicationRules(answer.get("replicationConfiguration", {}).get("rules", []))


def replicated_images(
    clients: RegistryClients,
    rules: ReplicationRules,
    selected: SelectedImages,
    newest: int,
    pace: RequestPacing | None = None,
) -> Iterator[ReplicatedImage]:
    """Yield what became of the *newest* images that are named, the latest push first; archived ones are left out.

    Raises:
        RefusedError: there is no such image, or the caller lacks ecr:DescribeImageReplicationStatus.
        UnavailableError: no credentials or no network.
    """
    pace = pace or RequestPacing()
    active = [each for each in image_details(clients, selected, pace) if each.get("imageStatus", "ACTIVE") == "ACTIVE"]
    for detail in sorted(active, key=lambda each: each["imagePushedAt"], reverse=True)[:newest]:
        pace.step()
        with asking_aws(f"ecr:DescribeImageReplicationStatus of {selected.repository} in {selected.registry.region}"):
            answer = clients.ecr(selected.registry.region).describe_image_replication_status(
                registryId=selected.registry.account.digits,
                repositoryName=selected.repository,
                imageId={"imageDigest": detail["imageDigest"]},
            )
        statuses = answer.get("replicationStatuses", [])
        yield ReplicatedImage(
            selected.registry,
            selected.repository,
            detail["imageDigest"],
            tuple(detail.get("imageTags", ())),
            tuple(_replicas(rules.of_repository(selected.repository), statuses)),
        )


def _replicas(expected: Sequence[EcrRegistry], statuses: Sequence[Mapping[str, Any]]) -> Iterator[Replica]:
    known = {registry_of(each): each for each in statuses}
    for destination in dict.fromkeys((*expected, *known)):
        found = known.get(destination)
        if found is None:
            yield Replica(destination, ReplicaStatus.NEVER_TRIED)
        else:
            yield _replica(destination, str(found.get("status", "")), str(found.get("failureCode", "")))


def _replica(destination: EcrRegistry, word: str, failure: str) -> Replica:
    try:
        return Replica(destination, ReplicaStatus(word), failure)
    except ValueError:
        return Replica(destination, ReplicaStatus.UNKNOWN, ": ".join(filter(None, (word or "no status", failure))))


def registry_of(place: Mapping[str, Any]) -> EcrRegistry:
    """Return the registry that an answer of ECR names by `registryId` and `region`."""
    return EcrRegistry(AccountId.parse(place["registryId"]), Region.parse(place["region"]))


def _is_meant(rule: Mapping[str, Any], name: str) -> bool:
    filters = rule.get("repositoryFilters") or []
    return not filters or any(name.startswith(each["filter"]) for each in filters)

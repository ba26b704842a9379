"""Replication, image by image: where each should be, and what ECR says became of it; and backfills of what is older.

A push replicates, and so does a restore; neither a new rule nor a new destination does
(https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html). What was pushed before has no status. A
backfill replicates it: one for each destination, of every repository that the rules name, never of one image
(https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartReplicationBackfill.html).
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from shared_ecr.client.aws.deployed import RegistryClients
from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.client.aws.inventory import RequestPacing
from shared_ecr.client.aws.selected_images import SelectedImages, image_details
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import AccountId, EcrRegistry, Region

SECONDS_BETWEEN_LOOKS = 15.0
_ENDED = frozenset({"COMPLETE", "FAILED", "STOPPED"})


class ReplicaStatus(StrEnum):
    """What became of one image at one destination."""

    COMPLETE = "COMPLETE"
    IN_PROGRESS = "IN_PROGRESS"
    FAILED = "FAILED"
    NEVER_TRIED = "NEVER_TRIED"
    """ECR has no status: the image was pushed before the rule was there, or is archived."""

    @property
    def is_missing(self) -> bool:
        """Whether the image is not at the destination, and nothing is under way."""
        return self in {ReplicaStatus.FAILED, ReplicaStatus.NEVER_TRIED}


@dataclass(frozen=True, slots=True)
class Replica:
    """One image at one destination."""

    destination: EcrRegistry
    status: ReplicaStatus
    failure: str = ""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class ReplicationRules:
    """The replication configuration of a registry."""

    rules: Sequence[Mapping[str, Any]]

    @property
    def destinations(self) -> tuple[EcrRegistry, ...]:
        """Every destination, once."""
        return tuple(dict.fromkeys(_registry(each) for rule in self.rules for each in rule["destinations"]))

    def of_repository(self, name: str) -> tuple[EcrRegistry, ...]:
        """Return where the repository *name* is replicated to."""
        meant = (rule for rule in self.rules if _is_meant(rule, name))
        return tuple(dict.fromkeys(_registry(each) for rule in meant for each in rule["destinations"]))


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
    known = {_registry(each): each for each in statuses}
    for destination in dict.fromkeys((*expected, *known)):
        found = known.get(destination)
        if found is None:
            yield Replica(destination, ReplicaStatus.NEVER_TRIED)
        else:
            yield Replica(destination, ReplicaStatus(found["status"]), str(found.get("failureCode", "")))


@dataclass(frozen=True, slots=True)
class Backfill:
    """One backfill, as far as it is."""

    id: str
    destination: EcrRegistry
    status: str
    total: int | None
    """None while ECR still prepares the set of images."""
    completed: int
    failed: int
    failure_codes: tuple[str, ...]

    @property
    def has_failures(self) -> bool:
        """Whether it, or one of its images, failed."""
        return self.status == "FAILED" or self.failed > 0

    def __str__(self) -> str:
        counts = "" if self.total is None else f", {self.completed:,} of {self.total:,} replicated"
        failed = f", {self.failed:,} failed ({', '.join(self.failure_codes)})" if self.failed else ""
        place = f"{self.destination.account} in {self.destination.region}"
        return f"{self.status:<11}  {self.id}  to {place}{counts}{failed}"


def start_backfill(clients: RegistryClients, registry: EcrRegistry, destination: EcrRegistry) -> Backfill:
    """Start the backfill of *registry* to *destination*.

    Raises:
        AwsRefusedError: the caller lacks ecr:StartReplicationBackfill, one is in progress already, or this partition's
            ECR has no backfills.
        UnavailableError: no credentials or no network.
    """
    client: Any = clients.ecr(registry.region)
    with asking_aws(f"ecr:StartReplicationBackfill in {registry.region}"):
        answer = client.start_replication_backfill(
            registryId=registry.account.digits,
            destination={"registryId": destination.account.digits, "region": destination.region.name},
        )
    return _backfill(answer)


def backfills(clients: RegistryClients, registry: EcrRegistry) -> Iterator[Backfill]:
    """Yield the backfills of the last 90 days, which ECR keeps.

    Raises:
        AwsRefusedError: the caller lacks ecr:ListReplicationBackfills.
        UnavailableError: no credentials or no network.
    """
    client: Any = clients.ecr(registry.region)
    request: dict[str, Any] = {"registryId": registry.account.digits}
    while True:
        with asking_aws(f"ecr:ListReplicationBackfills in {registry.region}"):
            answer = client.list_replication_backfills(**request)
        yield from map(_backfill, answer.get("backfills", []))
        if not answer.get("nextToken"):
            return
        request["nextToken"] = answer["nextToken"]


def ended(  # noqa: PLR0913 — the pause and the clock are others in tests
    clients: RegistryClients,
    registry: EcrRegistry,
    started: Sequence[Backfill],
    limit: timedelta,
    *,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Backfill, ...]:
    """Return *started* when all of them have ended.

    Raises:
        UnavailableError: one is still running after *limit*.
    """
    deadline, ids = clock() + limit.total_seconds(), {each.id for each in started}
    while True:
        found = tuple(each for each in backfills(clients, registry) if each.id in ids)
        running = [each for each in found if each.status not in _ENDED]
        if found and not running:
            return found
        if clock() >= deadline:
            raise UnavailableError(
                f"a backfill is still running after {limit}; ECR continues it, and 'shared-ecr replicate "
                f"--backfills' shows it: {next(iter(running), 'not listed')}"
            )
        pause(SECONDS_BETWEEN_LOOKS)


def _backfill(answer: Mapping[str, Any]) -> Backfill:
    progress = answer.get("progress") or {}
    return Backfill(
        answer["replicationBackfillId"],
        _registry(answer["destination"]),
        answer["status"],
        progress.get("totalReplicationCount"),
        progress.get("completedReplicationCount", 0),
        progress.get("failedReplicationCount", 0),
        tuple(progress.get("failureCodes", ())) or ((answer["failureCode"],) if answer.get("failureCode") else ()),
    )


def _registry(place: Mapping[str, Any]) -> EcrRegistry:
    return EcrRegistry(AccountId.parse(place["registryId"]), Region.parse(place["region"]))


def _is_meant(rule: Mapping[str, Any], name: str) -> bool:
    filters = rule.get("repositoryFilters") or []
    return not filters or any(name.startswith(each["filter"]) for each in filters)

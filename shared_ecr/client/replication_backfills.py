"""Backfills: ECR replicates the images that were there before the rule, to one destination at a time.

One is for every repository that the rules replicate to the destination, never for one image.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartReplicationBackfill.html
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from shared_ecr.client.aws.deployed import RegistryClients
from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.client.aws.page_tokens import PageTokens
from shared_ecr.client.replication import registry_of
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import EcrRegistry
from shared_ecr.records import record

SECONDS_BETWEEN_LOOKS = 15.0
MOST_AT_ONCE = 10
_ENDED = frozenset({"COMPLETE", "FAILED", "STOPPED"})


@record
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
        """Whether it did not replicate every image: it or one of them failed, or it was stopped before its end."""
        is_short = self.status != "COMPLETE" or (self.total is not None and self.completed < self.total)
        return self.failed > 0 or is_short

    def __str__(self) -> str:
        counts = "" if self.total is None else f", {self.completed:,} of {self.total:,} replicated"
        failed = f", {self.failed:,} failed ({', '.join(self.failure_codes)})" if self.failed else ""
        place = f"{self.destination.account} in {self.destination.region}"
        return f"{self.status:<11}  {self.id}  to {place}{counts}{failed}"


def rounds(destinations: Sequence[EcrRegistry]) -> list[list[EcrRegistry]]:
    """Return *destinations* in the rounds in which ECR takes them: one of a Region at a time, and ten in all."""
    found: list[list[EcrRegistry]] = []
    for each in destinations:
        for held in found:
            if len(held) < MOST_AT_ONCE and each.region not in {other.region for other in held}:
                held.append(each)
                break
        else:
            found.append([each])
    return found


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
    tokens = PageTokens("ecr:ListReplicationBackfills")
    while True:
        with asking_aws(f"ecr:ListReplicationBackfills in {registry.region}"):
            answer = client.list_replication_backfills(**request)
        yield from map(_backfill, answer.get("backfills", []))
        token = tokens.following(answer)
        if token is None:
            return
        request["nextToken"] = token


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
        # A list can lack a backfill that was started a moment ago.
        if not running and ids <= {each.id for each in found}:
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
        registry_of(answer["destination"]),
        answer["status"],
        progress.get("totalReplicationCount"),
        progress.get("completedReplicationCount", 0),
        progress.get("failedReplicationCount", 0),
        tuple(progress.get("failureCodes", ())) or ((answer["failureCode"],) if answer.get("failureCode") else ()),
    )

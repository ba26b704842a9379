"""What becomes of answers about replication that are short, late, or of words that this release does not know."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared_ecr.client.aws.inventory import RequestPacing
from shared_ecr.client.aws.selected_images import SelectedImages
from shared_ecr.client.replication import ReplicaStatus, ReplicationRules, replicated_images
from shared_ecr.client.replication_backfills import backfills, ended, start_backfill
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import AccountId, EcrRegistry, Region

HERE = EcrRegistry(AccountId("111111111111"), Region.parse("us-east-1"))
PLACE = {"registryId": "111111111111", "region": "eu-west-1"}
THERE = EcrRegistry(AccountId("111111111111"), Region.parse("eu-west-1"))


def backfill(id_: str, status: str = "COMPLETE", **progress: int) -> dict[str, Any]:
    return {"replicationBackfillId": id_, "destination": PLACE, "status": status, "progress": progress}


class ScriptedReplication:
    """Answers each question with the next answer of a list, the last one for good."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers = list(answers)

    def ecr(self, region: Region, **_: bool) -> Any:
        return self

    def _next(self, **_: Any) -> dict[str, Any]:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    list_replication_backfills = start_replication_backfill = describe_image_replication_status = _next

    def get_paginator(self, _: str) -> Any:
        class Paginator:
            def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
                pushed = datetime(2026, 1, 1, tzinfo=UTC)
                yield {"imageDetails": [{"imageDigest": f"sha256:{'a' * 64}", "imagePushedAt": pushed}]}

        return Paginator()


@pytest.mark.parametrize(
    ("answer", "has_failures"),
    [
        (backfill("a", totalReplicationCount=2, completedReplicationCount=2), False),
        (backfill("a", totalReplicationCount=2, completedReplicationCount=1), True),
        (backfill("a", "STOPPED", totalReplicationCount=2, completedReplicationCount=1), True),
        (backfill("a", "FAILED"), True),
        (backfill("a", totalReplicationCount=2, completedReplicationCount=1, failedReplicationCount=1), True),
    ],
    ids=["whole", "short", "stopped", "failed", "one failed"],
)
def test_only_a_backfill_of_every_image_is_a_success(
    answer: dict[str, Any],
    has_failures: bool,  # noqa: FBT001 — the expected answer
) -> None:
    assert start_backfill(ScriptedReplication(answer), HERE, THERE).has_failures is has_failures


def test_a_backfill_that_the_list_lacks_is_waited_for() -> None:
    started = [start_backfill(ScriptedReplication(backfill(each)), HERE, THERE) for each in ("a", "b")]
    lists = [{"backfills": [backfill("a")]}, {"backfills": [backfill("a"), backfill("b", "FAILED")]}]
    found = ended(ScriptedReplication(*lists), HERE, started, timedelta(1), pause=lambda _: None, clock=lambda: 0.0)
    assert [each.status for each in found] == ["COMPLETE", "FAILED"]


def test_a_list_of_backfills_without_an_end_is_an_error() -> None:
    with pytest.raises(UnavailableError, match="no end"):
        list(backfills(ScriptedReplication({"backfills": [], "nextToken": "1"}), HERE))


@pytest.mark.parametrize("status", [{"status": "PAUSED"}, {}])
def test_a_status_that_is_not_known_is_a_missing_replica(status: dict[str, str]) -> None:
    api = ScriptedReplication({"replicationStatuses": [{**PLACE, **status}]})
    selected = SelectedImages(HERE, "team/app")
    (image,) = replicated_images(api, ReplicationRules([]), selected, 1, RequestPacing(0))
    assert (image.is_missing, image.replicas[0].status) == (True, ReplicaStatus.UNKNOWN)

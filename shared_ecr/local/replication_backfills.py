"""Replication backfills: images that were there before the rule are replicated to one destination.

A backfill is PREPARING until it was looked at once, and COMPLETE then, with the results of every image and tag.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartReplicationBackfill.html
"""

import time
import uuid
from collections.abc import Iterator, Mapping

from ministack.core.responses import get_account_id

from shared_ecr.local import hooks, replicas
from shared_ecr.local.archive import ACTIVE, status_of
from shared_ecr.local.ecr import replication
from shared_ecr.local.ecr.answers import Operation, RequestBody, ServiceError, new_store, page

_RUNNING = frozenset({"PREPARING", "IN_PROGRESS"})
_MOST_AT_ONCE, _LARGEST, _LARGEST_LIST = 10, 1000, 50
_backfills = new_store()


def start(request: RequestBody) -> RequestBody:
    """Serve `StartReplicationBackfill`."""
    destination = request["destination"]
    place = destination["registryId"], destination["region"]
    if place not in replication.all_destinations():
        raise ServiceError.validation("The destination is not in the replication configuration of the registry")
    running = [each for each in _backfills.values() if each["status"] in _RUNNING]
    if any(each["destination"]["region"] == place[1] for each in running):
        message = f"A replication backfill is already in progress for '{place[1]}'"
        raise ServiceError("ReplicationBackfillInProgressException", message)
    if len(running) >= _MOST_AT_ONCE:
        raise ServiceError("LimitExceededException", f"At most {_MOST_AT_ONCE} backfills are in progress at once")
    found = {
        "replicationBackfillId": str(uuid.uuid4()),
        "destination": destination,
        "status": "PREPARING",
        "startedAt": time.time(),
    }
    _backfills[found["replicationBackfillId"]] = found
    return {"registryId": get_account_id()} | found


def describe(request: RequestBody) -> RequestBody:
    """Serve `DescribeReplicationBackfillResults`."""
    found = _found(request)
    shown = dict(found)
    _finish(found)
    wanted = request.get("resultStatusFilter")
    results = [each for each in shown.pop("results", []) if wanted in {None, each["status"]}]
    return {"registryId": get_account_id()} | shown | page("results", results, request, _LARGEST)


def list_all(request: RequestBody) -> RequestBody:
    """Serve `ListReplicationBackfills`."""
    shown = [{key: value for key, value in each.items() if key != "results"} for each in _backfills.values()]
    for each in list(_backfills.values()):
        _finish(each)
    return {"registryId": get_account_id()} | page("backfills", shown, request, _LARGEST_LIST)


def stop(request: RequestBody) -> RequestBody:
    """Serve `StopReplicationBackfill`."""
    found = _found(request)
    if found["status"] not in _RUNNING:
        raise ServiceError("ReplicationBackfillInvalidStatusException", f"The backfill is {found['status']}")
    found |= {"status": "STOPPED", "endedAt": time.time()}
    _backfills[found["replicationBackfillId"]] = found
    return {"registryId": get_account_id()} | {key: found[key] for key in found if key != "endedAt"}


def _found(request: RequestBody) -> RequestBody:
    found: RequestBody | None = _backfills.get(request["replicationBackfillId"])
    if found is None:
        message = f"There is no replication backfill '{request['replicationBackfillId']}'"
        raise ServiceError("ReplicationBackfillNotFoundException", message)
    return found


def _finish(backfill: RequestBody) -> None:
    """Replicate, where that has not been done."""
    if backfill["status"] not in _RUNNING:
        return
    destination = backfill["destination"]["registryId"], backfill["destination"]["region"]
    results = list(_replicated(destination))
    failed = [each for each in results if each["status"] == "FAILED"]
    backfill |= {
        "status": "FAILED" if results and 2 * len(failed) >= len(results) else "COMPLETE",
        "endedAt": time.time(),
        "results": results,
        "progress": {
            "totalReplicationCount": len(results),
            "completedReplicationCount": len(results) - len(failed),
            "failedReplicationCount": len(failed),
            "failureCodes": sorted({each["failureCode"] for each in failed}),
        },
    }


def _replicated(destination: replicas.Destination) -> Iterator[RequestBody]:
    """Yield a result for each active image and tag in a repository that a rule replicates there."""
    for name in [*hooks.REPOSITORIES.read()]:
        if destination not in replication.destinations_of(name):
            continue
        for image in list(hooks.IMAGES.read().get(name, [])):
            if status_of(image) != ACTIVE:
                continue
            for tag in [*image["imageTags"]] or [""]:
                failure = replicas.replicate(name, image["imageDigest"], destination, [tag] if tag else [])
                image_id = {"imageDigest": image["imageDigest"], **({"imageTag": tag} if tag else {})}
                result = {"repositoryName": name, "imageId": image_id, "status": "FAILED" if failure else "COMPLETE"}
                yield result | ({"failureCode": failure} if failure else {})


OPERATIONS: Mapping[str, Operation] = {
    "DescribeImageReplicationStatus": replicas.describe_status,
    "StartReplicationBackfill": start,
    "DescribeReplicationBackfillResults": describe,
    "ListReplicationBackfills": list_all,
    "StopReplicationBackfill": stop,
}

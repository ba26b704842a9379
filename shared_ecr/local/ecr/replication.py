"""The replication configuration of the registry; `replicas` copies the images, and deletes none at a destination.

`deleteReplication` is kept and returned as sent: SDKs older than the feature drop it on either way.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

from collections.abc import Mapping

from ministack.core.responses import get_account_id, get_region

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.local.cloudformation.singletons import singleton
from shared_ecr.local.cloudformation.types import Properties, request_of
from shared_ecr.local.ecr.answers import Operation, RequestBody, ServiceError, new_store
from shared_ecr.local.ecr.emulated_setting import EmulatedSetting
from shared_ecr.model.names import Region
from shared_ecr.text.spelling import pascal_keys

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
MAX_DESTINATIONS = 25

_configurations = new_store()


def put(request: RequestBody) -> RequestBody:
    """Store the rules in the place of the earlier ones; none at all ends replication."""
    rules = request["replicationConfiguration"]["rules"]
    destinations = {(each["registryId"], each["region"]) for rule in rules for each in rule["destinations"]}
    if len(destinations) > MAX_DESTINATIONS:
        raise ServiceError.validation(f"A registry has at most {MAX_DESTINATIONS} unique replication destinations")
    for account, region in sorted(destinations):
        _require_destination(account, region)
    for rule in rules:
        _require_delete_replication(rule)
    _configurations[""] = {"rules": rules}
    return {"replicationConfiguration": _configurations[""]}


def describe(_: RequestBody) -> RequestBody:
    """Return the rules of the registry."""
    return {"registryId": get_account_id(), "replicationConfiguration": _configurations.get("", {"rules": []})}


def destinations_of(name: str) -> list[tuple[str, str]]:
    """Return account and Region of each destination that a rule replicates the repository *name* to."""
    rules = _configurations.get("", {"rules": []})["rules"]
    meant = [each for rule in rules if _is_meant(rule, name) for each in rule["destinations"]]
    return list(dict.fromkeys((each["registryId"], each["region"]) for each in meant))


def all_destinations() -> set[tuple[str, str]]:
    """Return account and Region of every destination of the registry."""
    rules = _configurations.get("", {"rules": []})["rules"]
    return {(each["registryId"], each["region"]) for rule in rules for each in rule["destinations"]}


def _is_meant(rule: RequestBody, name: str) -> bool:
    filters = rule.get("repositoryFilters") or []
    return not filters or any(name.startswith(each["filter"]) for each in filters)


def exists() -> bool:
    """Whether the registry replicates."""
    return bool(_configurations.get("", {"rules": []})["rules"])


def _require_destination(account: str, region: str) -> None:
    if (account, region) == (get_account_id(), get_region()):
        raise ServiceError.validation("A replication destination is not the source registry itself")
    try:
        partition = Region.parse(region).partition
    except InvalidValueError as error:
        raise ServiceError.invalid("region", error.what) from error
    if partition != Region.parse(get_region()).partition:
        raise ServiceError.validation(f"There is no replication to '{region}', which is in another partition")


def _require_delete_replication(rule: RequestBody) -> None:
    deletes = rule.get("deleteReplication")
    if deletes is not None and not (isinstance(deletes, dict) and isinstance(deletes.get("enabled"), bool)):
        raise ServiceError.invalid("deleteReplication.enabled", "must be true or false")


OPERATIONS: Mapping[str, Operation] = {"PutReplicationConfiguration": put, "DescribeRegistry": describe}


def _request(props: Properties) -> RequestBody:
    """Render the rules; the type has no property for delete replication, whatever the API has."""
    request = request_of(props)
    for rule in request.get("replicationConfiguration", {}).get("rules", []):
        if "deleteReplication" in rule:
            raise ServiceError.validation(
                "Properties validation failed: extraneous key [DeleteReplication] is not permitted"
            )
    return request


def _drift(_: str, __: Properties) -> Properties | None:
    configuration = describe({})["replicationConfiguration"]
    rules = [{key: each for key, each in rule.items() if key != "deleteReplication"} for rule in configuration["rules"]]
    return {"ReplicationConfiguration": {"Rules": pascal_keys(rules)}} if rules else None


SETTING = EmulatedSetting(
    OPERATIONS,
    singleton(
        "AWS::ECR::ReplicationConfiguration",
        ("ReplicationConfiguration",),
        put=("PutReplicationConfiguration", _request),
        exists=exists,
        remove=lambda: put({"replicationConfiguration": {"rules": []}}),
        drift=_drift,
    ),
)

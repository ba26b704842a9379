"""The scanning configuration of the registry, and which repositories it applies to; nothing is ever scanned.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
"""

from collections.abc import Mapping

from ministack.core.responses import get_account_id

from shared_ecr.local import hooks
from shared_ecr.local.cloudformation.singletons import singleton
from shared_ecr.local.cloudformation.types import Properties, request_of
from shared_ecr.local.ecr.answers import Operation, RequestBody, ServiceError, new_store
from shared_ecr.local.ecr.emulated_setting import EmulatedSetting
from shared_ecr.model.filters import scanning_filter_matches
from shared_ecr.text.spelling import pascal_keys

# What a registry has that was never configured.
DEFAULT: RequestBody = {"scanType": "BASIC", "rules": []}

_configurations = new_store()


def put(request: RequestBody) -> RequestBody:
    """Store the configuration; left out, the type is BASIC and there are no rules."""
    configuration = {"scanType": request.get("scanType", "BASIC"), "rules": request.get("rules") or []}
    continuous = any(rule["scanFrequency"] == "CONTINUOUS_SCAN" for rule in configuration["rules"])
    if configuration["scanType"] == "BASIC" and continuous:
        raise ServiceError.validation("The scan frequency CONTINUOUS_SCAN is not offered by the scan type BASIC")
    _configurations[""] = configuration
    return {"registryScanningConfiguration": configuration}


def get(_: RequestBody) -> RequestBody:
    """Return the configuration, the default one where none was put."""
    return {"registryId": get_account_id(), "scanningConfiguration": _configurations.get("", DEFAULT)}


def exists() -> bool:
    """Whether the registry has other than the default."""
    return bool(_configurations.get("", DEFAULT) != DEFAULT)


def of_repositories(request: RequestBody) -> RequestBody:
    """Return what the configuration says about each repository, and those that do not exist."""
    repositories = hooks.REPOSITORIES.read()
    names = request["repositoryNames"]
    return {
        "scanningConfigurations": [_applied(repositories[name]) for name in names if name in repositories],
        "failures": [_failure(name) for name in names if name not in repositories],
    }


def _applied(repository: RequestBody) -> RequestBody:
    """Find the rule that holds; continuous beats on push, and the repository's own flag is for registries without."""
    configuration = _configurations.get("", DEFAULT)
    name = repository["repositoryName"]
    applied: dict[str, list[RequestBody]] = {}
    for rule in configuration["rules"]:
        if filters := [each for each in rule["repositoryFilters"] if scanning_filter_matches(each["filter"], name)]:
            applied.setdefault(rule["scanFrequency"], []).extend(filters)
    own = configuration == DEFAULT and repository["imageScanningConfiguration"].get("scanOnPush")
    fallback = "SCAN_ON_PUSH" if own else "MANUAL"
    frequency = next((each for each in ("CONTINUOUS_SCAN", "SCAN_ON_PUSH") if each in applied), fallback)
    return {
        "repositoryArn": repository["repositoryArn"],
        "repositoryName": name,
        "scanOnPush": frequency == "SCAN_ON_PUSH",
        "scanFrequency": frequency,
        "appliedScanFilters": applied.get(frequency, []),
    }


def _failure(name: str) -> RequestBody:
    reason = f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}'"
    return {"repositoryName": name, "failureCode": "REPOSITORY_NOT_FOUND", "failureReason": reason}


OPERATIONS: Mapping[str, Operation] = {
    "PutRegistryScanningConfiguration": put,
    "GetRegistryScanningConfiguration": get,
    "BatchGetRepositoryScanningConfiguration": of_repositories,
}


def _drift(_: str, __: Properties) -> Properties | None:
    held: Properties = pascal_keys(get({})["scanningConfiguration"])
    return held


SETTING = EmulatedSetting(
    OPERATIONS,
    singleton(
        "AWS::ECR::RegistryScanningConfiguration",
        ("ScanType", "Rules"),
        put=("PutRegistryScanningConfiguration", request_of),
        exists=exists,
        remove=lambda: put(DEFAULT),
        drift=_drift,
    ),
)

"""The signing configuration of the registry; no image is ever signed.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
"""

from collections.abc import Mapping

from ministack.core.responses import get_account_id, get_region

from shared_ecr.local import hooks
from shared_ecr.local.cloudformation.singletons import singleton
from shared_ecr.local.cloudformation.types import Properties, request_of
from shared_ecr.local.ecr.answers import Operation, RequestBody, ServiceError, new_store
from shared_ecr.local.ecr.emulated_setting import EmulatedSetting
from shared_ecr.text.spelling import pascal_keys

# The one platform of AWS Signer that signs images.
PLATFORM = "Notation-OCI-SHA384-ECDSA"

_configurations = new_store()


def put(request: RequestBody) -> RequestBody:
    """Store the rules in the place of the earlier ones."""
    configuration = request["signingConfiguration"]
    for rule in configuration["rules"]:
        _require_profile(rule["signingProfileArn"])
    _configurations[""] = configuration
    return {"signingConfiguration": configuration}


def get(_: RequestBody) -> RequestBody:
    """Return the rules; refuse where none were put."""
    if "" not in _configurations:
        message = f"Signing configuration does not exist in the registry with id '{get_account_id()}'"
        raise ServiceError("SigningConfigurationNotFoundException", message)
    return {"registryId": get_account_id(), "signingConfiguration": _configurations[""]}


def delete(_: RequestBody) -> RequestBody:
    """Forget the rules and return them; refuse where none were put."""
    deleted = get({})
    del _configurations[""]
    return deleted


def exists() -> bool:
    """Whether the registry has rules."""
    return "" in _configurations


def _require_profile(arn: str) -> None:
    """Refuse a profile of another Region, and one of this account that is missing, canceled or of another platform."""
    region, account, name = arn.split(":")[3], arn.split(":")[4], arn.rpartition("/")[2]
    if region != get_region():
        raise ServiceError.validation(f"The signing profile '{arn}' is in another Region than the registry")
    if account != get_account_id():
        return
    profile = hooks.SIGNING_PROFILES.read().get(name)
    if profile is None or profile["status"] != "Active":
        raise ServiceError.validation(f"The signing profile '{arn}' does not exist")
    if profile["platformId"] != PLATFORM:
        raise ServiceError.validation(f"The signing profile '{arn}' is not of the platform {PLATFORM}")


OPERATIONS: Mapping[str, Operation] = {
    "PutSigningConfiguration": put,
    "GetSigningConfiguration": get,
    "DeleteSigningConfiguration": delete,
}


def _request(props: Properties) -> RequestBody:
    return {"signingConfiguration": request_of(props)}


def _drift(_: str, __: Properties) -> Properties | None:
    held: Properties | None = pascal_keys(get({})["signingConfiguration"]) if exists() else None
    return held


SETTING = EmulatedSetting(
    OPERATIONS,
    singleton(
        "AWS::ECR::SigningConfiguration",
        ("Rules",),
        put=("PutSigningConfiguration", _request),
        exists=exists,
        remove=lambda: delete({}),
        drift=_drift,
    ),
)

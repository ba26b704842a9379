"""Principals whose pulls do not count as the last pull of an image; pull times themselves are not kept here.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from shared_ecr.local.cloudformation.types import Made, Properties, ResourceType, request_of
from shared_ecr.local.ecr.answers import Operation, RequestBody, ServiceError, new_store, page
from shared_ecr.local.ecr.emulated_setting import EmulatedSetting
from shared_ecr.local.ecr.operations import ECR, declare

MAX_EXCLUSIONS = 100

_excluded = new_store()


def register(request: RequestBody) -> RequestBody:
    """Exclude a principal; refuse one that is excluded, and the hundred and first."""
    arn = request["principalArn"]
    if arn in _excluded:
        message = f"The principal '{arn}' is excluded already"
        raise ServiceError("ExclusionAlreadyExistsException", message)
    if len(_excluded) >= MAX_EXCLUSIONS:
        raise ServiceError("LimitExceededException", f"An account has at most {MAX_EXCLUSIONS} exclusions")
    _excluded[arn] = datetime.now(UTC).timestamp()
    return {"principalArn": arn, "createdAt": _excluded[arn]}


def deregister(request: RequestBody) -> RequestBody:
    """Count the pulls of a principal again; refuse one that is not excluded."""
    arn = request["principalArn"]
    if arn not in _excluded:
        raise ServiceError("ExclusionNotFoundException", f"The principal '{arn}' is not excluded")
    del _excluded[arn]
    return {"principalArn": arn}


def list_all(request: RequestBody) -> RequestBody:
    """Return the excluded principals."""
    return page("pullTimeUpdateExclusions", sorted(_excluded), request, MAX_EXCLUSIONS)


OPERATIONS: Mapping[str, Operation] = {
    "RegisterPullTimeUpdateExclusion": register,
    "DeregisterPullTimeUpdateExclusion": deregister,
    "ListPullTimeUpdateExclusions": list_all,
}


def _create(props: Properties, _: str) -> Made:
    return declare(ECR, "RegisterPullTimeUpdateExclusion", request_of(props))["principalArn"], {}


SETTING = EmulatedSetting(
    OPERATIONS,
    ResourceType(
        "AWS::ECR::PullTimeUpdateExclusion",
        ("PrincipalArn",),
        _create,
        None,
        lambda arn: deregister({"principalArn": arn}),
        create_only=("PrincipalArn",),
        exists=lambda arn: arn in list_all({})["pullTimeUpdateExclusions"],
        imported_by="PrincipalArn",
        named_by="PrincipalArn",
        drift=lambda arn, _: {"PrincipalArn": arn} if arn in _excluded else None,
    ),
)

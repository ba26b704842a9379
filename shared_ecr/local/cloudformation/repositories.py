"""`AWS::ECR::Repository`, which MiniStack knows: what CloudFormation refuses of it, and importing one that exists.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html
"""

import json
from collections.abc import Callable

from shared_ecr.local import hooks
from shared_ecr.local.cloudformation.named import filters
from shared_ecr.local.cloudformation.types import (
    Made,
    Properties,
    refusals_fail_the_resource,
    request_of,
    require_properties,
)
from shared_ecr.local.ecr import shapes
from shared_ecr.local.ecr.lifecycle_texts import require_lifecycle_policy
from shared_ecr.local.ecr.operations import ECR
from shared_ecr.local.ecr.policies import require_repository_policy
from shared_ecr.local.ecr.repositories import require_encryption, require_tags, without_the_services_own

TYPE = "AWS::ECR::Repository"
_FILTERS = "ImageTagMutabilityExclusionFilters"
_PROPERTIES = (
    "RepositoryName", "EncryptionConfiguration", "ImageTagMutability", _FILTERS, "ImageScanningConfiguration",
    "LifecyclePolicy", "RepositoryPolicyText", "EmptyOnDelete", "Tags",
)  # fmt: skip


def install() -> None:
    """Guard the creation and the update, and allow the import."""
    handlers = hooks.RESOURCE_HANDLERS.read()[TYPE]
    handlers["create"], handlers["update"] = _creating(handlers["create"]), _updating(handlers["update"])
    handlers["import"] = _import
    hooks.IMPORT_LOOKUPS.read()[TYPE] = (("RepositoryName",), _missing)


def _creating(create: Callable[..., Made]) -> Callable[..., Made]:
    def ecr_repo_create(logical_id: str, props: Properties, stack_name: str) -> Made:
        with refusals_fail_the_resource():
            _require(props)
        return create(logical_id, props, stack_name)

    return ecr_repo_create


def _updating(update: Callable[..., Made]) -> Callable[..., Made]:
    def ecr_repo_update(
        physical_id: str, old_props: Properties, new_props: Properties, stack_name: str, logical_id: str | None
    ) -> Made:
        with refusals_fail_the_resource():
            _require(new_props)
        if physical_id in hooks.REPOSITORIES.read():
            # MiniStack keeps tags that come from elsewhere. AWS's handler removes each that the template lacks:
            # https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ecr, UpdateHandler.java
            hooks.REPOSITORIES.read()[physical_id]["tags"] = []
        return update(physical_id, {**old_props, "Tags": []}, new_props, stack_name, logical_id)

    return ecr_repo_update


def _require(props: Properties) -> None:
    """Refuse what ECR would refuse when it is created, given its policies and tagged, in that order."""
    require_properties(props, _PROPERTIES)
    apart = ("LifecyclePolicy", "RepositoryPolicyText", "EmptyOnDelete", "Tags", _FILTERS)
    name = props.get("RepositoryName") or "generated"
    request = {**request_of(props, but=apart), "repositoryName": name, "tags": props.get("Tags", [])}
    if _FILTERS in props:
        request["imageTagMutabilityExclusionFilters"] = filters(props[_FILTERS])
    shapes.require(ECR, "CreateRepository", request, declared=True)
    require_encryption(request.get("encryptionConfiguration"))
    require_tags(without_the_services_own(request["tags"]))
    if lifecycle := props.get("LifecyclePolicy"):
        put = request_of(lifecycle) | {"repositoryName": name}
        shapes.require(ECR, "PutLifecyclePolicy", put, declared=True)
        require_lifecycle_policy(put["lifecyclePolicyText"])
    if policy := props.get("RepositoryPolicyText"):
        text = policy if isinstance(policy, str) else json.dumps(policy, separators=(",", ":"))
        shapes.require(ECR, "SetRepositoryPolicy", {"repositoryName": name, "policyText": text})
        require_repository_policy(text)


def _missing(name: str) -> str | None:
    """Return why a repository cannot be imported, or None."""
    if name in hooks.REPOSITORIES.read():
        return None
    return f"Resource of type '{TYPE}' with identifier '{name}' was not found."


def _import(identifier: dict[str, str]) -> Made:
    repository: dict[str, str] | None = hooks.REPOSITORIES.read().get(identifier["RepositoryName"])
    if repository is None:
        raise ValueError(_missing(identifier["RepositoryName"]))
    attributes = {"Arn": repository["repositoryArn"], "RepositoryUri": repository["repositoryUri"]}
    return identifier["RepositoryName"], attributes

"""The least that CloudFormation needs to deploy an assembly, for `cdk bootstrap --cloudformation-execution-policies`.

Which actions: those that the published schemas say the handlers of each resource type call. On what: the names in the
assembly. https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
"""

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from shared_ecr.deployment.bootstrap.assembly_resources import AssemblyContents, AssemblyResource
from shared_ecr.deployment.bootstrap.deployed_arns import DeployedArns, widest
from shared_ecr.deployment.bootstrap.handler_permissions import HANDLER_PERMISSIONS
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: without white space.
MAX_CHARACTERS = 6_144
_LAMBDA = "AWS::Lambda::Function"
# What the handler of a function calls only where the function has the property.
_ONLY_WITH = {
    "ec2": "VpcConfig",
    "elasticfilesystem": "FileSystemConfigs",
    "s3files": "FileSystemConfigs",
    "kms": "KmsKeyArn",
}
# The same for log groups: delivery to other services, and policies for those that write into the group.
_LOG_GROUP = "AWS::Logs::LogGroup"
_LOGS_ONLY_WITH = {
    "firehose:TagDeliveryStream": "LogGroupClass",
    "logs:CreateLogDelivery": "LogGroupClass",
    "s3:REST.PUT.OBJECT": "LogGroupClass",
    "logs:DeleteResourcePolicy": "ResourcePolicyDocument",
    "logs:PutResourcePolicy": "ResourcePolicyDocument",
}
# What CDK writes about itself; CloudFormation calls nothing for it.
_WITHOUT_CALLS = frozenset({"AWS::CDK::Metadata"})
_SERVICE_LINKED = "iam:CreateServiceLinkedRole"


class NameScope(StrEnum):
    """How narrowly the policy names repositories."""

    NAMES = "names"
    """Exactly those of the assembly: each new repository needs a new policy first."""
    PREFIXES = "prefixes"
    """Everything below the first part of each name."""
    REGISTRY = "registry"
    """Every repository of the account."""


def execution_policy(contents: AssemblyContents, account: AccountId, scope: NameScope) -> dict[str, Any]:
    """Render the policy for the stacks of *contents* in *account*.

    Raises:
        InvalidValueError: a resource has a type whose permissions are not known, or the policy is too long.
    """
    resources = contents.in_account(account)
    _check_types(resources)
    arns = DeployedArns(account, resources, is_exact=scope is NameScope.NAMES, is_whole=scope is NameScope.REGISTRY)
    by_resource: dict[tuple[str, ...], set[str]] = {}
    for permission in sorted(set(_permissions(resources))):
        by_resource.setdefault(widest(arns.of(permission)), set()).add(permission)
    versions = arns.parameters(contents.version_parameters)
    by_resource.setdefault(versions, set()).add("ssm:GetParameters")
    statements = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resource)}
        for resource, actions in sorted(by_resource.items())
        if resource
    ]
    policy = {"Version": "2012-10-17", "Statement": [_conditioned(each, arns) for each in statements]}
    characters = len(json.dumps(policy, separators=(",", ":")))
    if characters > MAX_CHARACTERS:
        raise InvalidValueError(
            f"the policy has {characters:,} characters; {MAX_CHARACTERS:,} are allowed",
            why="It names every repository, or every prefix",
            fix=f"Write '--scope {NameScope.PREFIXES if scope is NameScope.NAMES else NameScope.REGISTRY}'",
            code="execution-policy-size",
        )
    return policy


def _check_types(resources: Sequence[AssemblyResource]) -> None:
    known = {*HANDLER_PERMISSIONS, *_WITHOUT_CALLS}
    unknown = sorted({each.type for each in resources if each.type not in known and not _is_custom(each)})
    if unknown:
        raise InvalidValueError(
            f"the permissions of {', '.join(unknown)} are not known",
            why="A policy without them would stop the deployment halfway",
            fix="Synthesize the stacks of the registry alone, and write the policy of the other stacks by hand",
            code="execution-policy-type",
        )


def _permissions(resources: Sequence[AssemblyResource]) -> Iterator[str]:
    for each in resources:
        if _is_custom(each):
            # CloudFormation calls the function behind it with this role.
            yield "lambda:InvokeFunction"
            continue
        for permission in HANDLER_PERMISSIONS.get(each.type, ()):
            if each.type == _LAMBDA and not _is_needed(permission.partition(":")[0], each):
                continue
            if each.type == _LOG_GROUP and _LOGS_ONLY_WITH.get(permission, "") not in {"", *each.properties}:
                continue
            yield permission


def _is_needed(service: str, function: AssemblyResource) -> bool:
    if service == "s3":
        return "S3Bucket" in function.properties.get("Code", {})
    needed = _ONLY_WITH.get(service)
    return needed is None or needed in function.properties


def _is_custom(resource: AssemblyResource) -> bool:
    return resource.type.startswith("Custom::") or resource.type == "AWS::CloudFormation::CustomResource"


def _conditioned(statement: dict[str, Any], arns: DeployedArns) -> dict[str, Any]:
    if _SERVICE_LINKED in statement["Action"]:
        return statement | {"Condition": {"StringEquals": {"iam:AWSServiceName": list(arns.service_linked)}}}
    return statement

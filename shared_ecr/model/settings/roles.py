"""Roles that ECR takes on in the registry's own account: who may take them, and what they allow.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-create-iam.html,
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private.html
"""

import re
from collections.abc import Iterable
from typing import Any, Self

from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

# AWS::ECR::RepositoryCreationTemplate, CustomRoleArn: the class of its pattern has no '/'.
_ROLE_ARN = TextGrammar(
    pattern=LazyPattern(r"arn:aws[-a-z0-9]*:iam::[0-9]{12}:role/[\w+=,.@-]{1,64}", re.ASCII),
    what="the ARN of a role without a path",
    why="ECR takes arn:PARTITION:iam::ACCOUNT:role/NAME, without a path between 'role/' and the name",
    fix="Leave 'custom_role' out, and the stack creates a role",
    fix_in_template="Name a role without a path",
    code="template-role",
)
_KEY_ACTIONS = ("kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant")


@record(order=True)
class RoleArn:
    """A role that exists already, in the account of the registry."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a role's ARN; refuse one with a path, which ECR's templates do not take."""
        return cls(_ROLE_ARN.require(text))

    @property
    def account(self) -> str:
        """The account the role belongs to."""
        return self.text.split(":")[4]


@record
class ServiceRoleSpec:
    """A role that one AWS service takes on, and all that it allows."""

    service: str
    description: str
    statements: tuple[dict[str, Any], ...]

    def trust(self) -> dict[str, Any]:
        """Render who may take the role on."""
        statement = {"Effect": "Allow", "Principal": {"Service": self.service}, "Action": "sts:AssumeRole"}
        return {"Version": "2012-10-17", "Statement": [statement]}

    @property
    def wildcards(self) -> tuple[str, ...]:
        """The resources with a wildcard, which some checkers report one by one."""
        return tuple(sorted({arn for each in self.statements for arn in each["Resource"] if "*" in arn}))

    def policy(self) -> dict[str, Any]:
        """Render what the role allows."""
        return {"Version": "2012-10-17", "Statement": list(self.statements)}


def template_role(home: EcrRegistry, key_arns: Iterable[str], *, aws_key: bool = False) -> ServiceRoleSpec:
    """Return the role with which ECR makes repositories that have tags or a key.

    Args:
        home: the registry that the repositories are made in.
        key_arns: the keys that the repositories are encrypted with; CDK tokens are welcome.
        aws_key: whether some are encrypted with `aws/ecr`, whose ARN is not known before it is used.
    """
    keys = sorted(set(key_arns))
    statements: list[dict[str, Any]] = [
        allow("Repositories", ("ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"), [repositories(home)])
    ]
    if keys:
        statements.append(allow("Keys", _KEY_ACTIONS, keys))
    if aws_key:
        any_key = f"arn:{home.region.partition}:kms:{home.region}:{home.account}:key/*"
        condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/aws/ecr"}}
        statements.append(allow("AwsKey", _KEY_ACTIONS, [any_key]) | {"Condition": condition})
    return ServiceRoleSpec(
        "ecr.amazonaws.com", "ECR makes repositories from creation templates with it", tuple(statements)
    )


def cache_role(home: EcrRegistry, upstream: EcrRegistry) -> ServiceRoleSpec:
    """Return the role with which ECR in *home* pulls from the private registry *upstream*."""
    read = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetImageCopyStatus")
    write = (
        "ecr:BatchImportUpstreamImage", "ecr:CompleteLayerUpload", "ecr:GetImageCopyStatus",
        "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
    )  # fmt: skip
    statements = (
        allow("Token", ("ecr:GetAuthorizationToken",), ["*"]),
        allow("Upstream", (*read, "ecr:BatchImportUpstreamImage"), [repositories(upstream)]),
        allow("Cache", write, [repositories(home)]),
    )
    return ServiceRoleSpec(
        "pullthroughcache.ecr.amazonaws.com", f"With it ECR keeps copies of images in {upstream.host}", statements
    )


def calling_role(home: EcrRegistry, operations: Iterable[str]) -> ServiceRoleSpec:
    """Return the role of the function that calls *operations* of ECR, and what it takes to take them back."""
    actions = {f"ecr:{operation}" for operation in operations}
    if "ecr:PutReplicationConfiguration" in actions:
        actions.add("ecr:DescribeRegistry")
    # No operation on a registry's settings has a resource.
    return ServiceRoleSpec(
        "lambda.amazonaws.com",
        f"Puts settings of ECR in {home.region} that CloudFormation has no property for",
        (allow("Settings", actions, ["*"]),),
    )


def repositories(registry: EcrRegistry, prefix: str = "") -> str:
    """Return the ARN pattern of every repository of *registry* whose name begins with *prefix*."""
    return f"arn:{registry.region.partition}:ecr:{registry.region}:{registry.account}:repository/{prefix}*"


def allow(sid: str, actions: Iterable[str], resources: list[str]) -> dict[str, Any]:
    """Render one statement of an identity policy."""
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": resources}

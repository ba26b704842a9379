"""Access levels as ECR actions, and grants as the statements of one repository policy.

The policy has one statement for each way in: principals by ARN, organizations by condition, services by source.
Equal grants merge, order does not matter, Sids are stable; `GetAuthorizationToken` never stands in it, since it
has no resource and only the caller's own policy can allow it.
Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html (cross-account access needs
both sides), https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html (the push actions).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self, assert_never

from shared_ecr.names import AccountId, Region
from shared_ecr.principals import Account, CodeBuildProject, Consumer, LambdaFunctions, Organization, Role

# What AmazonEC2ContainerRegistryReadOnly, CodeBuild's sample and ECS's execution role use to pull.
PULL_ACTIONS = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
# The user guide's push list. It has BatchGetImage, which CDK's grant_push lacks: without it the look at a tag
# before the first upload is refused.
PUSH_ACTIONS = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
MAX_POLICY_CHARACTERS = 10_240


class AccessLevel(StrEnum):
    """What a grant allows, by one word."""

    PULL = "pull"
    PUSH = "push"
    PULL_PUSH = "pull_push"

    @property
    def actions(self) -> tuple[str, ...]:
        """The ECR actions of the level, in alphabetical order."""
        match self:
            case AccessLevel.PULL:
                return PULL_ACTIONS
            case AccessLevel.PUSH:
                return PUSH_ACTIONS
            case AccessLevel.PULL_PUSH:
                return tuple(sorted({*PULL_ACTIONS, *PUSH_ACTIONS}))
            case _:
                assert_never(self)

    @property
    def sid(self) -> str:
        """The level as the beginning of a Sid."""
        return "".join(word.capitalize() for word in self.value.split("_"))


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A consumer given a level."""

    level: AccessLevel
    consumer: Consumer


@dataclass(frozen=True, slots=True)
class Place:
    """Where a policy is stored; CDK tokens are welcome, since the parts are only joined into ARNs."""

    partition: str
    region: str

    @classmethod
    def of(cls, region: Region) -> Self:
        """Return the place that *region* is, with its partition spelled out."""
        return cls(str(region.partition), str(region))


@dataclass(slots=True)
class _Ways:
    """The consumers of one level, by the way they come in."""

    arns: set[str] = field(default_factory=set)
    organizations: set[str] = field(default_factory=set)
    # Lambda's own name in Sids and ARNs first: service, source ARN, source account.
    sources: dict[str, set[tuple[str, AccountId]]] = field(default_factory=dict)


def repository_policy(grants: Iterable[Grant], place: Place) -> dict[str, Any] | None:
    """Render *grants* as the one policy of a repository, or None where nobody is granted anything."""
    statements = [statement for level in AccessLevel for statement in _statements(level, grants, place)]
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def policy_characters(policy: dict[str, Any]) -> int:
    """Count *policy* as ECR does, against 10,240: the text without blanks."""
    return len(json.dumps(policy, separators=(",", ":")))


def _statements(level: AccessLevel, grants: Iterable[Grant], place: Place) -> list[dict[str, Any]]:
    ways = _Ways()
    for grant in grants:
        if grant.level is level:
            _let_in(grant.consumer, ways, place)
    statements: list[dict[str, Any]] = []
    if ways.arns:
        statements.append(_allow(level.sid, {"AWS": sorted(ways.arns)}, level.actions))
    if ways.organizations:
        # StringEquals, never IfExists or ForAllValues: those two also let in accounts of no organization.
        condition = {"StringEquals": {"aws:PrincipalOrgID": sorted(ways.organizations)}}
        statements.append(_allow(f"{level.sid}Organization", "*", level.actions, condition))
    for service, sources in sorted(ways.sources.items()):
        condition = {
            "ArnLike": {"aws:SourceArn": sorted(arn for arn, _ in sources)},
            "StringEquals": {"aws:SourceAccount": sorted({str(account) for _, account in sources})},
        }
        principal = {"Service": f"{service}.amazonaws.com"}
        statements.append(_allow(f"{level.sid}{service.capitalize()}", principal, level.actions, condition))
    return statements


def _let_in(consumer: Consumer, ways: _Ways, place: Place) -> None:
    """Add *consumer* to the ways it needs; Lambda needs two."""
    match consumer:
        case Account(account):
            ways.arns.add(f"arn:{place.partition}:iam::{account}:root")
        case Role(account, name):
            ways.arns.add(f"arn:{place.partition}:iam::{account}:role/{name}")
        case Organization(organization):
            ways.organizations.add(str(organization))
        case LambdaFunctions(account):
            # https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#configuration-images-xaccount-permissions
            ways.arns.add(f"arn:{place.partition}:iam::{account}:root")
            functions = f"arn:{place.partition}:lambda:{place.region}:{account}:function:*"
            ways.sources.setdefault("lambda", set()).add((functions, account))
        case CodeBuildProject(account, project):
            # https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html
            arn = f"arn:{place.partition}:codebuild:{place.region}:{account}:project/{project}"
            ways.sources.setdefault("codebuild", set()).add((arn, account))
        case _:
            assert_never(consumer)


def _allow(
    sid: str, principal: object, actions: tuple[str, ...], condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": list(actions)}
    return statement | ({"Condition": condition} if condition else {})

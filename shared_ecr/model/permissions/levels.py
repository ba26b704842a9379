"""Access levels as ECR actions; no level has `GetAuthorizationToken`, which only the caller's own policy can allow."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import assert_never

# What AmazonEC2ContainerRegistryReadOnly, CodeBuild's sample and ECS's execution role use to pull.
PULL_ACTIONS = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
# The user guide's push list. It has BatchGetImage, which CDK's grant_push lacks: without it the look at a tag
# before the first upload is refused. https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
PUSH_ACTIONS = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
# For callers that look and do not pull: CodePipeline's ECR source, a deployment that turns a tag into a digest, a
# security account that reads the findings of scans.
# https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECR.html
DESCRIBE_ACTIONS = (
    "ecr:DescribeImageScanFindings",
    "ecr:DescribeImages",
    "ecr:DescribeRepositories",
    "ecr:ListImages",
)


class AccessLevel(StrEnum):
    """The access that a grant gives, in one word."""

    PULL = "pull"
    PUSH = "push"
    PULL_PUSH = "pull_push"
    DESCRIBE = "describe"

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
            case AccessLevel.DESCRIBE:
                return DESCRIBE_ACTIONS
            case _:
                assert_never(self)

    @property
    def sid(self) -> str:
        """The level as a part of a Sid."""
        return "".join(word.capitalize() for word in self.value.split("_"))


PUSHING = frozenset({AccessLevel.PUSH, AccessLevel.PULL_PUSH})
"""The levels that can store an image."""

# Where a level is in a policy.
_RANK = {level: rank for rank, level in enumerate(AccessLevel)}


@cache
def joined(levels: frozenset[AccessLevel]) -> tuple[AccessLevel, ...]:
    """Return the fewest levels that allow what all of *levels* do, in the order of a policy."""
    both = {AccessLevel.PULL, AccessLevel.PUSH}
    fewest = levels
    if both <= fewest or AccessLevel.PULL_PUSH in fewest:
        fewest = (fewest - both) | {AccessLevel.PULL_PUSH}
    return tuple(sorted(fewest, key=_RANK.__getitem__))


def policy_order(levels: Iterable[AccessLevel]) -> tuple[int, ...]:
    """Return what statements of *levels* are sorted by."""
    return tuple(_RANK[level] for level in levels)

"""ECR's actions: every operation of the API and the three that only policies know, as numbered bits.

Sets of actions are integers with a bit for each action, since a matrix asks about millions of them.
Sources: botocore's model of ECR, compared by tests/client/test_actions_agree.py; what has a resource type:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
"""

from collections.abc import Iterable
from functools import lru_cache

from shared_ecr.access.wildcards import glob

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html; no operation has these names.
PERMISSION_ONLY = ("BatchImportUpstreamImage", "GetImageCopyStatus", "ReplicateImage")

# Without a repository to ask: only the caller's own policy, or the registry policy, can speak about them.
REGISTRY_LEVEL = (
    "CreatePullThroughCacheRule", "CreateRepositoryCreationTemplate", "DeletePullThroughCacheRule",
    "DeleteRegistryPolicy", "DeleteRepositoryCreationTemplate", "DeleteSigningConfiguration",
    "DeregisterPullTimeUpdateExclusion", "DescribePullThroughCacheRules", "DescribeRegistry",
    "DescribeReplicationBackfillResults", "DescribeRepositoryCreationTemplates", "GetAccountSetting",
    "GetAuthorizationToken", "GetRegistryPolicy", "GetRegistryScanningConfiguration", "GetSigningConfiguration",
    "ListPullTimeUpdateExclusions", "ListReplicationBackfills", "PutAccountSetting", "PutRegistryPolicy",
    "PutRegistryScanningConfiguration", "PutReplicationConfiguration", "PutSigningConfiguration",
    "RegisterPullTimeUpdateExclusion", "StartReplicationBackfill", "StopReplicationBackfill",
    "UpdatePullThroughCacheRule", "UpdateRepositoryCreationTemplate", "ValidatePullThroughCacheRule",
)  # fmt: skip

# About a repository by its ARN, though it does not exist yet: its own policy cannot speak about it.
BEFORE_THE_REPOSITORY = ("CreateRepository",)

REPOSITORY_LEVEL = (
    "BatchCheckLayerAvailability", "BatchDeleteImage", "BatchGetImage", "BatchGetRepositoryScanningConfiguration",
    "CompleteLayerUpload", "DeleteLifecyclePolicy", "DeleteRepository", "DeleteRepositoryPolicy",
    "DescribeImageReplicationStatus", "DescribeImageScanFindings", "DescribeImageSigningStatus", "DescribeImages",
    "DescribeRepositories", "GetDownloadUrlForLayer", "GetLifecyclePolicy", "GetLifecyclePolicyPreview",
    "GetRepositoryPolicy", "InitiateLayerUpload", "ListImageReferrers", "ListImages", "ListTagsForResource",
    "PutImage", "PutImageScanningConfiguration", "PutImageTagMutability", "PutLifecyclePolicy",
    "SetRepositoryPolicy", "StartImageScan", "StartLifecyclePolicyPreview", "TagResource", "UntagResource",
    "UpdateImageStorageClass", "UploadLayerPart", *PERMISSION_ONLY,
)  # fmt: skip

ACTIONS = tuple(sorted({*REGISTRY_LEVEL, *BEFORE_THE_REPOSITORY, *REPOSITORY_LEVEL}))
OPERATIONS = tuple(name for name in ACTIONS if name not in PERMISSION_ONLY)

_BITS = {name.lower(): 1 << number for number, name in enumerate(ACTIONS)}
_NAMES = {name.lower(): name for name in ACTIONS}
ALL_ACTIONS = (1 << len(ACTIONS)) - 1


def bits(names: Iterable[str]) -> int:
    """Return the set of the actions called *names*, written without `ecr:`."""
    return sum(_BITS[name.lower()] for name in set(names))


REGISTRY_LEVEL_BITS = bits(REGISTRY_LEVEL)
REPOSITORY_LEVEL_BITS = bits(REPOSITORY_LEVEL)
TOKEN_BIT = bits(("GetAuthorizationToken",))
# The actions that a registry policy of scope V1 is asked about.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
SCOPE_V1_BITS = bits(("ReplicateImage", "BatchImportUpstreamImage", "CreateRepository"))


def action_name(text: str) -> str | None:
    """Return the action that *text* (`ecr:PutImage`, in any case) names, or None."""
    service, _, name = text.partition(":")
    return _NAMES.get(name.lower()) if service.lower() == "ecr" else None


def names(actions: int) -> tuple[str, ...]:
    """Return the names of the set *actions*, with `ecr:`, in alphabetical order."""
    return tuple(f"ecr:{name}" for name in ACTIONS if actions & _BITS[name.lower()])


@lru_cache(maxsize=4096)
def matching(pattern: str) -> int:
    """Return the actions that *pattern* of an Action element covers; it ignores case."""
    if pattern == "*":
        return ALL_ACTIONS
    compiled = glob(pattern.lower())
    return sum(bit for name, bit in _BITS.items() if compiled.matches(f"ecr:{name}"))

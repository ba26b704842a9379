"""What people want to do with a repository, as sets of actions, and what any one of these actions allows already.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html for the push. A pull and a push also need
`ecr:GetAuthorizationToken`, which only the caller's own policy can give. Each action that can concern a repository
belongs to one capability, so that who has nothing in all of them has none of ECR's actions.
"""

from shared_ecr.access.actions import BEFORE_THE_REPOSITORY, REPOSITORY_LEVEL, bits
from shared_ecr.records import record


@record
class Capability:
    """A purpose, the actions that it takes, and the actions that are dangerous or useful by themselves."""

    name: str
    actions: int
    """What it takes, all of them."""
    deciding: int
    """Actions that are wanted for no other purpose: having one of them and not all is a mistake."""
    every: int
    """All actions that belong to it: each alone is a part of it."""


_PULL = ("BatchGetImage", "GetDownloadUrlForLayer")
PULL = Capability("pull", bits(_PULL), bits(_PULL), bits((*_PULL, "BatchCheckLayerAvailability")))
# What shows whether a tag names the image already.
LOOK = bits(("BatchGetImage",))
_UPLOAD = ("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage")
PUSH = Capability(
    "push",
    bits((*_UPLOAD, "BatchCheckLayerAvailability", "BatchGetImage")),
    bits(_UPLOAD),
    bits((*_UPLOAD, "BatchImportUpstreamImage", "CreateRepository", "ReplicateImage")),
)
# Deleting images or the repository, and deciding what others can do.
MANAGE = bits((
    "BatchDeleteImage", "DeleteLifecyclePolicy", "DeleteRepository", "DeleteRepositoryPolicy", "PutImageTagMutability",
    "PutLifecyclePolicy", "SetRepositoryPolicy",
))  # fmt: skip
# A caller that can write the policy can allow itself everything else.
TAKE_OVER = bits(("SetRepositoryPolicy",))
ADMIN = Capability(
    "admin",
    TAKE_OVER,
    MANAGE,
    MANAGE | bits(("PutImageScanningConfiguration", "TagResource", "UntagResource", "UpdateImageStorageClass")),
)
_REST = bits((*REPOSITORY_LEVEL, *BEFORE_THE_REPOSITORY)) & ~(PULL.every | PUSH.every | ADMIN.every)
OTHER = Capability("other", _REST, 0, _REST)
CAPABILITIES = (PULL, PUSH, ADMIN, OTHER)

EFFECTS = {
    "ecr:BatchDeleteImage": "deletes images and tags",
    "ecr:BatchGetImage": "reads manifests",
    "ecr:BatchImportUpstreamImage": "imports images from an upstream registry",
    "ecr:DeleteLifecyclePolicy": "deletes the lifecycle policy",
    "ecr:DeleteRepository": "deletes the repository",
    "ecr:DeleteRepositoryPolicy": "deletes the policy with all of its grants",
    "ecr:GetDownloadUrlForLayer": "downloads layers by their digest",
    "ecr:PutImage": "moves tags",
    "ecr:PutImageTagMutability": "makes tags movable",
    "ecr:PutLifecyclePolicy": "makes images expire",
    "ecr:ReplicateImage": "writes images as replication does",
    "ecr:TagResource": "changes tags that policies can depend on",
    "ecr:UntagResource": "removes tags that policies can depend on",
    "ecr:UpdateImageStorageClass": "archives images, which then cannot be pulled",
}
"""What one action allows by itself, where that is not what its name says."""


def missing_of(capability: Capability, given: int) -> int:
    """Return what *given* lacks for *capability* where it has a showing part of it; nothing where it has none.

    A push needs BatchGetImage, and needs no pull.
    """
    if not given & capability.deciding:
        return 0
    if capability is PULL and given & PUSH.deciding and not given & bits(("GetDownloadUrlForLayer",)):
        return 0
    return capability.actions & ~given

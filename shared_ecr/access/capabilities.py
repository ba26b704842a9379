"""What people want to do with a repository, as sets of actions.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html for the push. Both also need
`ecr:GetAuthorizationToken`, which only the caller's own policy can give.
"""

from dataclasses import dataclass

from shared_ecr.access.actions import bits


@dataclass(frozen=True, slots=True)
class Capability:
    """A purpose and the actions it takes, all of them."""

    name: str
    actions: int
    telling: int
    """Actions that nobody wants for another purpose: having one of them and not all is a mistake."""


PULL = Capability(
    "pull", bits(("BatchGetImage", "GetDownloadUrlForLayer")), bits(("BatchGetImage", "GetDownloadUrlForLayer"))
)
# What tells whether a tag names the image already.
LOOK = bits(("BatchGetImage",))
_UPLOAD = ("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage")
PUSH = Capability("push", bits((*_UPLOAD, "BatchCheckLayerAvailability", "BatchGetImage")), bits(_UPLOAD))
# Deleting images or the repository, and deciding who else may do what.
MANAGE = bits((
    "BatchDeleteImage", "DeleteLifecyclePolicy", "DeleteRepository", "DeleteRepositoryPolicy", "PutImageTagMutability",
    "PutLifecyclePolicy", "SetRepositoryPolicy",
))  # fmt: skip
ADMIN = Capability("admin", bits(("DeleteRepository", "SetRepositoryPolicy", "BatchDeleteImage")), MANAGE)
CAPABILITIES = (PULL, PUSH, ADMIN)


def missing_of(capability: Capability, given: int) -> int:
    """Return what *given* lacks for *capability* where it has a telling part of it; nothing where it has none.

    Who may push needs BatchGetImage for that, and need not be able to pull.
    """
    if not given & capability.telling:
        return 0
    if capability is PULL and given & PUSH.telling and not given & bits(("GetDownloadUrlForLayer",)):
        return 0
    return capability.actions & ~given

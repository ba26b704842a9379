"""The permissions of IAM that the steps of one push take, and no more.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html,
https://docs.aws.amazon.com/AmazonECR/latest/public/public-repository-policy-examples.html,
https://docs.aws.amazon.com/AmazonECR/latest/userguide/blob-mounting.html
"""

from collections.abc import Iterator, Sequence

from shared_ecr.client.pushers.creation import RepositoryState
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.client.pushers.plan import BlobState, PlannedBlob, RequiredAction

# A token is allowed on everything or not at all.
EVERYTHING = "*"


def needs(
    request: PushRequest, standing: RepositoryState, blobs: Sequence[PlannedBlob], *, stores_manifests: bool
) -> tuple[RequiredAction, ...]:
    """List what a push of these steps needs at ECR, private or public; nothing at any other registry."""
    repository = request.repository
    if request.host.ecr is not None:
        mounts = sorted({each.mount_from for each in blobs if each.mount_from})
        return (
            RequiredAction("ecr:GetAuthorizationToken", EVERYTHING),
            *(
                RequiredAction("ecr:CreateRepository", repository)
                for _ in range(standing is RepositoryState.BY_REQUEST)
            ),
            # The look at the tags before, and the one afterwards that makes a push a success.
            RequiredAction("ecr:BatchGetImage", repository),
            *(
                RequiredAction(f"ecr:{action}", repository)
                for action in _steps(blobs, stores_manifests=stores_manifests)
            ),
            *(RequiredAction("ecr:GetDownloadUrlForLayer", source) for source in mounts),
        )
    if request.host.is_ecr_public:
        # A principal that is logged in may look at everything there.
        return (
            RequiredAction("ecr-public:GetAuthorizationToken", EVERYTHING),
            RequiredAction("sts:GetServiceBearerToken", EVERYTHING),
            *(
                RequiredAction(f"ecr-public:{action}", repository)
                for action in _steps(blobs, stores_manifests=stores_manifests)
            ),
        )
    return ()


def _steps(blobs: Sequence[PlannedBlob], *, stores_manifests: bool) -> Iterator[str]:
    if blobs:
        yield "BatchCheckLayerAvailability"
    if any(each.state is not BlobState.PRESENT for each in blobs):
        yield from ("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload")
    if stores_manifests:
        yield "PutImage"

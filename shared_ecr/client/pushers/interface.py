"""What every pusher is asked for, and what it answers: one image, its tags, one repository."""

from typing import TYPE_CHECKING

from shared_ecr.model.names import Digest, ImageReference, RegistryHost, Tag
from shared_ecr.records import record

if TYPE_CHECKING:
    from shared_ecr.model.mutability import TagMutability


@record
class PushRequest:
    """One image to move, and every tag that names it in one repository afterwards."""

    source: str
    """A path (OCI layout, OCI archive, docker archive), `-` for stdin, or the name an engine knows the image by."""
    host: RegistryHost
    repository: str
    tags: tuple[Tag, ...]
    """At least one; they all name the same image when the push is done."""
    mutability: "TagMutability | None" = None
    """The repository's rule for moving tags; None where it is not known."""
    mount_from: tuple[str, ...] = ()
    """Repositories of the same registry that may have layers of the image; those are taken from there, not sent."""
    referrers: bool = True
    """Whether signatures, SBOMs and attestations that lie beside the image go along."""
    create: bool = False
    """Whether a repository that is missing in private ECR is created, where no creation template does it."""
    by_engine: bool = False
    """Whether a container engine moves the image."""

    @property
    def place(self) -> str:
        """The repository with its registry, as people read it."""
        return f"{self.host}/{self.repository}"

    @property
    def targets(self) -> tuple[ImageReference, ...]:
        """The references under which the image can be pulled afterwards."""
        return tuple(ImageReference(self.host, self.repository, tag) for tag in self.tags)


@record
class PushResult:
    """What the registry holds now, as it answered itself."""

    reference: ImageReference
    """By digest: the one name of this image that cannot move."""
    tags: tuple[Tag, ...]
    uploaded_blobs: int | None
    """None where a container engine moved the image: it does not say."""
    uploaded_bytes: int | None
    present_blobs: int | None
    mounted_blobs: int | None = None
    """Those that the registry took from another repository of its own."""
    referrers: int = 0
    """Signatures, SBOMs and attestations that were stored along with the image."""
    refused_referrers: int = 0
    """Those that were not; the image is there all the same, and a message of the progress said why."""

    @property
    def digest(self) -> Digest:
        """The digest of the image's manifest or index."""
        assert isinstance(self.reference.name, Digest)  # noqa: S101 — by construction, for the type checker
        return self.reference.name

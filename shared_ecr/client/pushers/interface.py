"""What every pusher does: one image, its tags, one repository; what it answers."""

from dataclasses import dataclass
from typing import Protocol

from shared_ecr.client.credentials.interface import CredentialSource
from shared_ecr.client.pushers.events import NullProgress, Progress
from shared_ecr.model.mutability import TagMutability
from shared_ecr.names import Digest, ImageReference, RegistryHost, Tag

__all__ = ["NullProgress", "Progress", "PushRequest", "PushResult", "Pusher"]


@dataclass(frozen=True, slots=True)
class PushRequest:
    """One image to move, and every tag it shall have in one repository."""

    source: str
    """A path (OCI layout, OCI archive, docker archive), `-` for stdin, or the name an engine knows the image by."""
    host: RegistryHost
    repository: str
    tags: tuple[Tag, ...]
    """At least one; they all name the same image when the push is done."""
    mutability: TagMutability | None = None
    """What the repository's rule for moving tags is; None where nobody may tell."""
    mount_from: tuple[str, ...] = ()
    """Repositories of the same registry that may have layers of the image; those are taken from there, not sent."""
    referrers: bool = True
    """Whether signatures, SBOMs and attestations that lie beside the image go along."""
    create: bool = False
    """Whether a repository that is missing in private ECR is created, where no creation template does it."""

    @property
    def place(self) -> str:
        """The repository with its registry, as people read it."""
        return f"{self.host}/{self.repository}"

    @property
    def targets(self) -> tuple[ImageReference, ...]:
        """The references under which the image can be pulled afterwards."""
        return tuple(ImageReference(self.host, self.repository, tag) for tag in self.tags)


@dataclass(frozen=True, slots=True)
class PushResult:
    """What the registry holds now, as it answered itself."""

    reference: ImageReference
    """By digest: the one name of this image that cannot move."""
    tags: tuple[Tag, ...]
    uploaded_blobs: int | None
    """None where a container engine moved the image: it does not tell."""
    uploaded_bytes: int | None
    present_blobs: int | None
    mounted_blobs: int | None = None
    """Those that the registry took from another repository of its own."""
    referrers: int = 0
    """Signatures, SBOMs and attestations that were stored along with the image."""
    refused_referrers: int = 0
    """Those that were not; the image is there all the same, and the progress was told why."""

    @property
    def digest(self) -> Digest:
        """The digest of the image's manifest or index."""
        assert isinstance(self.reference.name, Digest)  # noqa: S101 — by construction, for the type checker
        return self.reference.name


class Pusher(Protocol):
    """Moves one image from this machine to a registry."""

    def push(self, request: PushRequest, credentials: CredentialSource, progress: Progress) -> PushResult:
        """Push and answer with what the registry holds now.

        A tag that may not move and names this very image already is done: nothing is uploaded. One that names
        another image is refused before the first upload.

        Raises:
            PushRefusedError: the tag may not move, the repository does not exist, or the caller may not push.
            UnavailableError: the registry or the source could not be reached or read.
        """
        ...

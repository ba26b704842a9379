"""What an image is to a pusher, wherever it is: manifests as they are, and blobs that can be read again."""

from collections.abc import Callable
from typing import Protocol, Self

from shared_ecr.findings.errors import ExitCode, SharedEcrError
from shared_ecr.model.names import Digest, Tag
from shared_ecr.records import field, record
from shared_ecr.text import listed, quoted, visible


class InvalidImageError(SharedEcrError):
    """The file or folder is not an image, or one that contradicts itself; nothing of it is tagged anywhere."""

    exit_code = ExitCode.INVALID

    @classmethod
    def in_file(cls, place: str, what: str) -> Self:
        """Show that *place*, a file of the image, breaks a rule."""
        return cls(f"{place}: {what}")

    @classmethod
    def ambiguous(cls, place: str, names: list[str]) -> Self:
        """Show that several images are in *place* and which can be asked for."""
        return cls(
            f"{place} holds {len(names)} images; name one: {listed(f'{place}#{visible(name)}' for name in names)}"
        )

    @classmethod
    def unnamed(cls, place: str, wanted: str, names: list[str]) -> Self:
        """Show that no image in *place* has the name *wanted*."""
        held = f"it holds {listed(map(visible, names))}" if names else "its images have no names"
        return cls(f"{place} holds no image named {quoted(wanted)}; {held}")


class IncompleteImageError(InvalidImageError):
    """A manifest names a file that the image does not have."""


class CorruptBlobError(InvalidImageError):
    """The bytes of a blob are not those that its digest names."""

    @classmethod
    def found(cls, blob: "Blob", what: str) -> Self:
        """Show what is damaged, a file or what a registry holds; *what* says what was read instead."""
        return cls(
            f"{blob.origin} is damaged: the image names it {blob.digest} of {blob.size} bytes, {what}. "
            f"Nothing that needs it was tagged; {blob.cure}"
        )


class ByteStream(Protocol):
    """Bytes read from beginning to end, once."""

    def read(self, size: int, /) -> bytes:
        """Return at most *size* bytes; none at the end."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


@record
class Blob:
    """One layer or configuration, not verified yet: the reader compares digest and size."""

    digest: Digest
    size: int
    origin: str
    """The file, or the blob in its registry, in the user's words, for errors."""
    open: Callable[[], ByteStream] = field(repr=False, compare=False)
    """Open the bytes again, as often as an upload has to be repeated."""
    cure: str = field(default="write the image again", repr=False, compare=False)
    """What mends it where its bytes are wrong: the end of a sentence."""


@record
class Manifest:
    """A manifest or an index, byte for byte as it was found: another serialization has another digest."""

    digest: Digest
    media_type: str
    content: bytes = field(repr=False)
    blobs: tuple[Digest, ...]
    """What must be in the registry before this manifest; blobs on other servers are left out."""
    children: tuple[Digest, ...]
    """The manifests that an index names."""
    subject: Digest | None = None
    """What it is about, where it is a signature, an SBOM or an attestation."""

    @property
    def size(self) -> int:
        """The length in bytes."""
        return len(self.content)


@record
class Referrer:
    """A signature, an SBOM or an attestation: a manifest of its own that is about another one."""

    about: Digest
    """The image, or another referrer, that it is about."""
    manifests: tuple[Manifest, ...]
    """Its manifest, which is the last, and where that is an index those below it, children first."""
    blobs: tuple[Blob, ...]
    tag: Tag | None = None
    """The tag by which cosign finds it; None where the manifest's `subject` says what it is about."""

    @property
    def root(self) -> Manifest:
        """The manifest that is about the other one."""
        return self.manifests[-1]


@record
class Companions:
    """What lies beside an image and is about it."""

    referrers: tuple[Referrer, ...] = ()
    """Each after what it is about."""
    faults: tuple[str, ...] = ()
    """Why some could not be read; the image can be moved without them."""


class ImageSource(Protocol):
    """One image, read from wherever it lies."""

    @property
    def root(self) -> Manifest:
        """The manifest or index that the tags must name."""
        ...

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every manifest once, children before the index that names them; the root is the last."""
        ...

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """Every blob of every manifest once."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the image is left out or changed, a sentence each; empty where all of it is moved as it is."""
        ...

    def companions(self) -> Companions:
        """Look for what is about the image or about a part of it; nothing that is wrong with it raises."""
        ...

    def close(self) -> None:
        """Remove what was written to read the image."""
        ...

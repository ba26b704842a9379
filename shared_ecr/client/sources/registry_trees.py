"""A manifest of another repository with everything below it; layers are named and not yet asked for."""

from collections.abc import Mapping
from functools import partial

from shared_ecr.client.distribution.downloads import Download
from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.client.sources.interface import Blob, InvalidImageError, Manifest
from shared_ecr.client.sources.manifests import (
    MANIFEST_TYPES,
    MAX_DEPTH,
    MAX_MANIFESTS,
    ManifestContent,
    digest_of,
    parse_manifest,
)
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import Digest, Tag

Fetched = tuple[bytes, ManifestContent]
NOTHING_KNOWN: Mapping[Digest, bytes] = {}
_CURE = "push the image to that registry again, from where it is whole"


def place_of(remote: RemoteRepository, name: Tag | Digest) -> str:
    """Say which manifest or blob is meant, for messages."""
    return f"{remote.exchange.registry}/{remote.name}{'@' if isinstance(name, Digest) else ':'}{name}"


def fetch_manifest(remote: RemoteRepository, name: Tag | Digest, announced: str = "") -> Fetched:
    """Read one manifest; by digest it must have that digest, by tag it says itself which it is.

    Raises:
        InvalidImageError: the registry sent another one, or what is not a manifest of an image.
        RefusedError: there is none of that name, or the caller may not read it.
    """
    content, media_type = remote.manifest(name)
    if isinstance(name, Digest) and digest_of(content) != name:
        raise InvalidImageError.in_file(place_of(remote, name), f"the registry sent {digest_of(content)} in its place")
    # Some registries answer with a type of their own; then the manifest says what it is.
    announced = announced or (media_type if media_type in MANIFEST_TYPES else "")
    return content, parse_manifest(content, place_of(remote, name), announced)


class RemoteTree:
    """What is below one manifest: manifests, children first, and blobs, each once."""

    def __init__(self, remote: RemoteRepository, top: Fetched, known: Mapping[Digest, bytes] = NOTHING_KNOWN) -> None:
        """Read what is below *top*; the manifests *known* are not asked for.

        Raises:
            InvalidImageError: a document breaks a rule, or the registry sent another one than was asked for.
            RefusedError: a manifest that an index names is not there.
        """
        self._remote, self._known = remote, known
        self.manifests: dict[Digest, Manifest] = {}
        self.blobs: dict[Digest, Blob] = {}
        self.root = self._adopt(top, depth=1)

    def _adopt(self, fetched: Fetched, depth: int) -> Manifest:
        """Take note of a manifest, and before it of all that it names."""
        content, parsed = fetched
        digest = digest_of(content)
        if depth > MAX_DEPTH or len(self.manifests) >= MAX_MANIFESTS:
            raise InvalidImageError.in_file(
                place_of(self._remote, digest),
                f"an image has at most {MAX_DEPTH} nested indexes and {MAX_MANIFESTS} manifests",
            )
        for child in parsed.children:
            if child.digest not in self.manifests:
                self._adopt(self._child(child.digest, child.media_type, digest), depth + 1)
        moved = [blob for blob in parsed.blobs if not blob.is_elsewhere]
        for blob in moved:
            origin = place_of(self._remote, blob.digest)
            read = partial(Download, self._remote, blob.digest)
            self.blobs.setdefault(blob.digest, Blob(blob.digest, blob.size, origin, read, _CURE))
        manifest = parsed.as_manifest(content, tuple(blob.digest for blob in moved))
        self.manifests[digest] = manifest
        return manifest

    def _child(self, digest: Digest, announced: str, index: Digest) -> Fetched:
        if digest in self._known:
            content = self._known[digest]
            return content, parse_manifest(content, place_of(self._remote, digest), announced)
        try:
            return fetch_manifest(self._remote, digest, announced)
        except LoginRefusedError:
            raise
        except RefusedError as error:
            # Some tools copy an index of all platforms with the images of one.
            raise RefusedError(
                f"{error}, and the index {index} names it; copy or inspect the platforms that are there (--platform)"
            ) from error

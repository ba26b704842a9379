"""An image that is in another repository: its manifests are read at once, its blobs while they are sent."""

from collections.abc import Mapping, Sequence

from shared_ecr.client.distribution.downloads import read_small
from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.sources.interface import Blob, Companions, Manifest
from shared_ecr.client.sources.manifests import (
    INDEX_TYPES,
    MAX_CONFIG_BYTES,
    Descriptor,
    ManifestContent,
    digest_of,
    json_object,
    parse_manifest,
)
from shared_ecr.client.sources.narrowing import narrowed, no_such_platform, platform_in
from shared_ecr.client.sources.registry_companions import find_companions
from shared_ecr.client.sources.registry_trees import NOTHING_KNOWN, Fetched, RemoteTree, fetch_manifest, place_of
from shared_ecr.model.names import Digest, Tag
from shared_ecr.model.names.platforms import Platform


class RegistryImage:
    """One image of *remote*; an `ImageSource` that holds no layer, in memory or on disk.

    With *platforms* an index is cut down to them, and an image that is for none of them is refused. What is left
    has another digest than what was named, and `is_narrowed` says so.
    """

    def __init__(self, remote: RemoteRepository, name: Tag | Digest, platforms: Sequence[Platform] = ()) -> None:
        """Read every manifest.

        Raises:
            InvalidImageError: what the registry sent is not an image, or another one than was asked for.
            RefusedError: there is no such image or no such platform of it, or the caller may not read it.
            UnavailableError: the registry could not be reached.
        """
        self._remote = remote
        top = fetch_manifest(remote, name)
        self.found = digest_of(top[0])
        left, known = _narrowed(remote, self.found, top, platforms) if platforms else (top, NOTHING_KNOWN)
        self._tree = RemoteTree(remote, left, known)

    found: Digest
    """What the name names, whatever of it is taken."""

    @property
    def is_narrowed(self) -> bool:
        """Whether this is not all that the name names."""
        return self.root.digest != self.found

    @property
    def root(self) -> Manifest:
        """The manifest or index that was named, or what is left of it."""
        return self._tree.root

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every manifest, children first."""
        return tuple(self._tree.manifests.values())

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """Every configuration and layer once; those on other servers stay there."""
        return tuple(self._tree.blobs.values())

    @property
    def notes(self) -> tuple[str, ...]:
        """Say that another digest is copied than the one that was named."""
        if not self.is_narrowed:
            return ()
        return (f"{self.found} is cut down: what is copied of it has the digest {self.root.digest}",)

    def companions(self) -> Companions:
        """Ask the registry for signatures, SBOMs and attestations of the image and of its parts."""
        return find_companions(self._remote, self.manifests)

    def close(self) -> None:
        """Do nothing: the code that opened the connection closes it."""


def _narrowed(
    remote: RemoteRepository, found: Digest, top: Fetched, platforms: Sequence[Platform]
) -> tuple[Fetched, Mapping[Digest, bytes]]:
    """Return what is left of *top*, and the indexes below it that need not be asked for."""
    content, parsed = top
    place = place_of(remote, found)
    if parsed.media_type not in INDEX_TYPES:
        _refuse_other_platforms(remote, parsed, place, platforms)
        return top, NOTHING_KNOWN
    left = narrowed(
        content, place, platforms, lambda nested: fetch_manifest(remote, nested.digest, nested.media_type)[0]
    )
    if isinstance(left, Descriptor):
        return fetch_manifest(remote, left.digest, left.media_type), NOTHING_KNOWN
    return (left.content, parse_manifest(left.content, place, parsed.media_type)), left.nested


def _refuse_other_platforms(
    remote: RemoteRepository, parsed: ManifestContent, place: str, platforms: Sequence[Platform]
) -> None:
    """Refuse an image without an index that is for none of *platforms*; its configuration says for which it is."""
    offered = None
    if parsed.config is not None:
        offered = platform_in(json_object(read_small(remote, parsed.config, MAX_CONFIG_BYTES), place))
    if offered is None or not any(platform.covers(offered) for platform in platforms):
        raise no_such_platform(place, platforms[0], [offered] if offered else [])

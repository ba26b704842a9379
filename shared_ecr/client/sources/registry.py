"""An image that stands in another repository: its manifests are read at once, its blobs while they are sent."""

from collections.abc import Sequence

from shared_ecr.client.distribution.downloads import read_small
from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.sources.interface import Blob, Companions, Manifest
from shared_ecr.client.sources.manifests import (
    INDEX_TYPES,
    MAX_CONFIG_BYTES,
    ManifestContent,
    digest_of,
    json_object,
    parse_manifest,
)
from shared_ecr.client.sources.narrowing import narrowed, no_such_platform, platform_in
from shared_ecr.client.sources.registry_companions import find_companions
from shared_ecr.client.sources.registry_trees import Fetched, RemoteTree, fetch_manifest, place_of
from shared_ecr.names import Digest, Tag
from shared_ecr.names.platforms import Platform


class RegistryImage:
    """One image of *remote*; an `ImageSource` that holds no layer, in memory or on disk.

    With *platforms* an index is cut down to them, and an image that is for none of them is refused. What is left
    has another digest than what was named, and `is_narrowed` says so.
    """

    def __init__(self, remote: RemoteRepository, name: Tag | Digest, platforms: Sequence[Platform] = ()) -> None:
        """Read every manifest.

        Raises:
            InvalidImageError: what the registry sent is no image, or another one than was asked for.
            RefusedError: there is no such image or no such platform of it, or the caller may not read it.
            UnavailableError: the registry could not be reached.
        """
        self._remote = remote
        top = fetch_manifest(remote, name)
        self.found = digest_of(top[0])
        self._tree = RemoteTree(remote, _narrowed(remote, self.found, top, platforms) if platforms else top)

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
        """Every configuration and layer once; those that stand on other servers stay there."""
        return tuple(self._tree.blobs.values())

    def companions(self) -> Companions:
        """Ask the registry for signatures, SBOMs and attestations of the image and of its parts."""
        return find_companions(self._remote, self.manifests)

    def close(self) -> None:
        """Do nothing: the connection belongs to whoever made it."""


def _narrowed(remote: RemoteRepository, found: Digest, top: Fetched, platforms: Sequence[Platform]) -> Fetched:
    content, parsed = top
    place = place_of(remote, found)
    if parsed.media_type not in INDEX_TYPES:
        _refuse_other_platforms(remote, parsed, place, platforms)
        return top
    left = narrowed(content, place, platforms)
    if isinstance(left, Digest):
        return fetch_manifest(remote, left, next(child.media_type for child in parsed.children if child.digest == left))
    return left, parse_manifest(left, place, parsed.media_type)


def _refuse_other_platforms(
    remote: RemoteRepository, parsed: ManifestContent, place: str, platforms: Sequence[Platform]
) -> None:
    """Refuse an image without an index that is for none of *platforms*; its configuration says for which it is."""
    offered = None
    if parsed.config is not None:
        offered = platform_in(json_object(read_small(remote, parsed.config, MAX_CONFIG_BYTES), place))
    if offered is None or not any(platform.covers(offered) for platform in platforms):
        raise no_such_platform(place, platforms[0], [offered] if offered else [])

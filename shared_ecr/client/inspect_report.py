"""What a registry says of one image: its manifest read, and of one without an index its configuration."""

from collections.abc import Iterable, Iterator, Mapping

from shared_ecr.client.distribution.downloads import read_small
from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.sources.interface import InvalidImageError, Manifest
from shared_ecr.client.sources.manifests import INDEX_TYPES, MAX_CONFIG_BYTES, Descriptor, json_object, parse_manifest
from shared_ecr.client.sources.narrowing import index_entries, platform_in
from shared_ecr.client.sources.registry import RegistryImage
from shared_ecr.client.sources.registry_companions import Mention
from shared_ecr.client.sources.registry_trees import place_of
from shared_ecr.model.names import Digest, ImageReference
from shared_ecr.model.names.platforms import Platform
from shared_ecr.records import record


@record
class PlatformImage:
    """One image that an index names, or the only one where there is no index."""

    digest: Digest
    platform: Platform | None
    byte_count: int
    """What a pull of it moves, at most: the configuration and every layer as they are stored."""
    about: Digest | None = None
    """The image that this is an attestation of."""


@record
class Inspected:
    """What a registry says of one image."""

    reference: ImageReference
    """As it was asked for."""
    digest: Digest
    media_type: str
    content: bytes
    """The manifest or index, byte for byte."""
    artifact_type: str
    annotations: Mapping[str, str]
    images: tuple[PlatformImage, ...]
    byte_count: int
    """What a pull of all of it moves."""
    created: str
    """As the configuration says; empty for an index, and where none is said."""
    layers: tuple[Descriptor, ...]
    """Of an image; none for an index."""
    labels: Mapping[str, str]
    referrers: tuple[Mention, ...]
    faults: tuple[str, ...]
    """Why referrers could not be shown."""


def inspected(
    reference: ImageReference,
    found: RegistryImage,
    remote: RemoteRepository,
    referrers: tuple[Mention, ...],
    faults: tuple[str, ...],
) -> Inspected:
    """Put together what is shown of *found*, an image of *remote*.

    Raises:
        InvalidImageError: the configuration is too large, or its bytes are not those that its digest names.
        RefusedError, UnavailableError: it cannot be read.
    """
    root, place = found.root, place_of(remote, found.root.digest)
    parsed, document = parse_manifest(root.content, place, root.media_type), json_object(root.content, place)
    config = _configuration(remote, parsed.config, place) if parsed.config else {}
    is_index = root.media_type in INDEX_TYPES
    inner = config.get("config")
    created, artifact_type = config.get("created"), document.get("artifactType")
    return Inspected(
        reference=reference,
        digest=root.digest,
        media_type=root.media_type,
        content=root.content,
        artifact_type=artifact_type if isinstance(artifact_type, str) else "",
        annotations=_texts(document.get("annotations")),
        images=_images(found, place) if is_index else (_only_image(found, platform_in(config)),),
        byte_count=sum(blob.size for blob in found.blobs),
        created=created if isinstance(created, str) else "",
        layers=parsed.layers,
        labels=_texts(inner.get("Labels") if isinstance(inner, dict) else None),
        referrers=referrers,
        faults=faults,
    )


def _images(found: RegistryImage, place: str) -> tuple[PlatformImage, ...]:
    manifests = {manifest.digest: manifest for manifest in found.manifests}
    sizes = {blob.digest: blob.size for blob in found.blobs}

    def size(digest: Digest) -> int:
        manifest = manifests[digest]
        return sum(sizes[blob] for blob in set(manifest.blobs)) + sum(map(size, manifest.children))

    def images(index: Manifest) -> Iterator[PlatformImage]:
        for entry in index_entries(index.content, place):
            child = manifests[entry.descriptor.digest]
            if child.media_type in INDEX_TYPES:
                yield from images(child)
            else:
                yield PlatformImage(child.digest, entry.platform, size(child.digest), entry.about)

    # An image that two indexes name is one image.
    return tuple({each.digest: each for each in images(found.root)}.values())


def _only_image(found: RegistryImage, platform: Platform | None) -> PlatformImage:
    return PlatformImage(found.root.digest, platform, sum(blob.size for blob in found.blobs))


def _configuration(remote: RemoteRepository, config: Descriptor, place: str) -> Mapping[str, object]:
    """Read the configuration; artifacts have one of another kind, or an empty one."""
    content = read_small(remote, config, MAX_CONFIG_BYTES)
    try:
        return json_object(content, place)
    except InvalidImageError:
        return {}


def _texts(document: object) -> Mapping[str, str]:
    """Return the members of an object that are texts, by name."""
    members: Iterable[tuple[object, object]] = document.items() if isinstance(document, dict) else ()
    return {key: value for key, value in sorted(members, key=str) if isinstance(key, str) and isinstance(value, str)}

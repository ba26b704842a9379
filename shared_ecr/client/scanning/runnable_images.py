"""The images that an index lists: what a container engine can run. Attestations and signatures are not images.

An entry is left out only where no engine would run it: none of its layers is a file system, and its configuration is
not one of an image or its platform is `unknown`. Every other entry counts, whatever it calls itself.
"""

from collections.abc import Iterator, Mapping, Sequence

from shared_ecr.client.sources.interface import Manifest
from shared_ecr.client.sources.manifests import INDEX_TYPES, parse_manifest
from shared_ecr.client.sources.narrowing import index_entries, platform_in
from shared_ecr.model.names import Digest
from shared_ecr.records import record

# https://github.com/opencontainers/image-spec/blob/main/media-types.md,
# https://github.com/distribution/distribution/blob/main/manifest/schema2/manifest.go
_FILE_SYSTEMS = ("application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs.")
_CONFIGURATIONS = frozenset(
    {"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"}
)
_UNKNOWN = {"os": "unknown", "architecture": "unknown"}


@record
class RunnableImage:
    """An image that can be scanned, and for which platform its index lists it."""

    digest: Digest
    platform: str = ""
    """Empty where no index says it."""


def runnable_images(manifests: Sequence[Manifest]) -> tuple[RunnableImage, ...]:
    """Return the images among *manifests*, of which the last is what was named; each once."""
    known = {each.digest: each for each in manifests}
    found: dict[Digest, RunnableImage] = {}
    for image in _below(manifests[-1], {}, known):
        found.setdefault(image.digest, image)
    return tuple(found.values())


def _below(
    manifest: Manifest, entry: Mapping[str, object], known: Mapping[Digest, Manifest]
) -> Iterator[RunnableImage]:
    """Yield the images of *manifest*, which an index lists as *entry*."""
    place = str(manifest.digest)
    if manifest.media_type in INDEX_TYPES:
        # Both are the list of the index in its order; one digest can be listed for several platforms.
        for child, listed in zip(manifest.children, index_entries(manifest.content, place), strict=True):
            yield from _below(known[child], listed.document, known)
    elif _is_runnable(manifest, entry, place):
        platform = entry.get("platform")
        named = platform_in(platform) if isinstance(platform, dict) else None
        yield RunnableImage(manifest.digest, str(named) if named else "")


def _is_runnable(manifest: Manifest, entry: Mapping[str, object], place: str) -> bool:
    parsed = parse_manifest(manifest.content, place, manifest.media_type)
    if not parsed.layers or any(layer.media_type.startswith(_FILE_SYSTEMS) for layer in parsed.layers):
        return parsed.config is not None and (bool(parsed.layers) or parsed.config.media_type in _CONFIGURATIONS)
    platform = entry.get("platform")
    is_for_none = isinstance(platform, dict) and platform.items() >= _UNKNOWN.items()
    is_image_configuration = parsed.config is not None and parsed.config.media_type in _CONFIGURATIONS
    return is_image_configuration and not is_for_none

"""The documents of a docker archive: manifest.json and the configuration, as untrusted JSON."""

from shared_ecr.client.sources.files import ImageFiles, read_whole
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.client.sources.manifests import MAX_MANIFEST_BYTES, json_object
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Digest
from shared_ecr.records import record

# The deepest images have some 120 layers (overlay2 stops at 128).
MAX_LAYERS = 1000


@record
class ArchivedImage:
    """One image of manifest.json."""

    config: str
    names: tuple[str, ...]
    layers: tuple[str, ...]


def chosen_image(files: ImageFiles, wanted: str | None) -> ArchivedImage:
    """Read manifest.json and take the image called *wanted*, or the only one."""
    place = files.origin("manifest.json")
    content = read_whole(files, "manifest.json", MAX_MANIFEST_BYTES)
    # A list is not an object; wrapping it lets one parser with one set of bounds read both.
    listed = json_object(b'{"images":%s}' % content, place).get("images")
    entries = [_entry(item, place) for item in listed] if isinstance(listed, list) else []
    if not entries:
        raise InvalidImageError.in_file(place, "it lists no image")
    names = [name for entry in entries for name in entry.names]
    if wanted is not None:
        entries = [entry for entry in entries if wanted in entry.names]
        if not entries:
            raise InvalidImageError.unnamed(files.place, wanted, names)
    if len(entries) > 1:
        raise InvalidImageError.ambiguous(files.place, names or ["…"])
    return entries[0]


def _entry(item: object, place: str) -> ArchivedImage:
    if not isinstance(item, dict):
        raise InvalidImageError.in_file(place, "an entry is not an object")
    config, names, layers = item.get("Config"), item.get("RepoTags") or [], item.get("Layers")
    if not isinstance(config, str) or not isinstance(names, list) or not isinstance(layers, list):
        raise InvalidImageError.in_file(place, "an entry lacks Config or Layers")
    if len(layers) > MAX_LAYERS or not all(isinstance(text, str) for text in (*names, *layers)):
        raise InvalidImageError.in_file(place, f"Layers is not a list of up to {MAX_LAYERS} names")
    return ArchivedImage(config, tuple(names), tuple(layers))


def diff_ids(config: bytes, place: str) -> tuple[Digest, ...]:
    """Read the digests of the unpacked layers from a configuration."""
    rootfs = json_object(config, place).get("rootfs")
    listed = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    if not isinstance(listed, list):
        raise InvalidImageError.in_file(place, "it has no rootfs.diff_ids")
    try:
        return tuple(Digest.parse(str(text)) for text in listed)
    except InvalidValueError as error:
        raise InvalidImageError.in_file(place, error.what) from error

"""What of an image of several platforms a docker archive holds, where not all of its OCI layout can be pushed.

An engine exports the platforms that it has, so an archive that never held a platform is whole as it is. One that has
the manifest of a platform and a part of its layers was damaged.
https://github.com/moby/moby/issues/49473
"""

from collections.abc import Iterator

from shared_ecr.client.sources.files import ImageFiles
from shared_ecr.client.sources.interface import IncompleteImageError
from shared_ecr.client.sources.manifests import INDEX_TYPES, MAX_DEPTH, Descriptor, ManifestContent
from shared_ecr.client.sources.narrowing import IndexEntry, index_entries
from shared_ecr.client.sources.oci_layout import blob_name, read_manifest
from shared_ecr.model.names import Digest

_ATTESTATION = "an attestation"


def left_out(files: ImageFiles, image: Descriptor, config: Digest) -> tuple[str, ...]:
    """Name what of *image* is not pushed with the one platform whose configuration is *config*: a note, or nothing.

    Raises:
        IncompleteImageError: the archive has the manifest of another platform, and only a part of what that names.
        InvalidImageError: a document breaks a rule.
    """
    if image.media_type not in INDEX_TYPES or files.size(blob_name(image.digest)) is None:
        return ()
    others: dict[str, None] = {}
    for entry in _images(files, image, depth=1):
        manifest = _manifest(files, entry.descriptor)
        if manifest is None:
            others[_name(entry)] = None
        elif manifest.config is None or manifest.config.digest != config:
            _refuse_damaged(files, entry, manifest)
            others[_name(entry)] = None
    if not others:
        return ()
    note = (
        f"{files.place} has one platform of the image {image.digest}, and that is pushed as an image of its own; "
        f"left out: {', '.join(others)}"
    )
    return (note,)


def _images(files: ImageFiles, index: Descriptor, depth: int) -> Iterator[IndexEntry]:
    content, _ = read_manifest(files, index)
    for entry in index_entries(content, files.origin(blob_name(index.digest))):
        is_here = files.size(blob_name(entry.descriptor.digest)) is not None
        if entry.descriptor.media_type in INDEX_TYPES and is_here and depth < MAX_DEPTH:
            yield from _images(files, entry.descriptor, depth + 1)
        else:
            yield entry


def _manifest(files: ImageFiles, descriptor: Descriptor) -> ManifestContent | None:
    if files.size(blob_name(descriptor.digest)) is None:
        return None
    return read_manifest(files, descriptor)[1]


def _refuse_damaged(files: ImageFiles, entry: IndexEntry, manifest: ManifestContent) -> None:
    """Refuse a platform of which some blobs are there and others are missing."""
    blobs = [blob for blob in manifest.blobs if not blob.is_elsewhere]
    missing = [blob for blob in blobs if files.size(blob_name(blob.digest)) is None]
    if missing and len(missing) < len(blobs):
        raise IncompleteImageError.in_file(
            files.place,
            f"it is damaged: of the image for {_name(entry)} it lacks {missing[0].digest}, and has the rest. Save the "
            "image again; 'docker save --platform OS/ARCH' writes one platform alone",
        )


def _name(entry: IndexEntry) -> str:
    if entry.about is not None:
        return _ATTESTATION
    return str(entry.platform) if entry.platform else str(entry.descriptor.digest)

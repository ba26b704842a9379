"""OCI image layouts: the image that an index.json names, with everything below it.

Source: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from pathlib import Path

from shared_ecr.client.sources.files import Folder, ImageFiles, read_whole
from shared_ecr.client.sources.interface import Blob, IncompleteImageError, InvalidImageError, Manifest
from shared_ecr.client.sources.manifests import (
    MAX_DEPTH,
    MAX_MANIFEST_BYTES,
    MAX_MANIFESTS,
    Descriptor,
    descriptors,
    digest_of,
    json_object,
    parse_manifest,
)
from shared_ecr.names import Digest


class OciLayout:
    """One image of a layout, in a folder or in an archive.

    Of several images in index.json the one called *wanted* is taken: by `org.opencontainers.image.ref.name`, by
    the name docker and containerd write, or by its digest. Every file is looked for before the first is sent.
    """

    def __init__(self, files: ImageFiles, wanted: str | None = None) -> None:
        self._files = files
        self._manifests: dict[Digest, Manifest] = {}
        self._blobs: dict[Digest, Blob] = {}
        self._root = self._read(_chosen(files, wanted), depth=1)

    @property
    def root(self) -> Manifest:
        """The manifest or index that index.json names."""
        return self._root

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every manifest, children first."""
        return tuple(self._manifests.values())

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """Every configuration and layer once."""
        return tuple(self._blobs.values())

    def close(self) -> None:
        """Do nothing: files are open only while they are read."""

    def _read(self, descriptor: Descriptor, depth: int) -> Manifest:
        known = self._manifests.get(descriptor.digest)
        if known:
            return known
        name = blob_name(descriptor.digest)
        origin = self._files.origin(name)
        if depth > MAX_DEPTH or len(self._manifests) >= MAX_MANIFESTS:
            raise InvalidImageError.in_file(
                origin, f"over {MAX_DEPTH} indexes within each other or {MAX_MANIFESTS} manifests are no image"
            )
        content = read_whole(self._files, name, MAX_MANIFEST_BYTES)
        if digest_of(content) != descriptor.digest or len(content) != descriptor.size:
            raise InvalidImageError.in_file(
                origin, f"it has {len(content)} bytes of the digest {digest_of(content)}; it is listed with others"
            )
        parsed = parse_manifest(content, origin, descriptor.media_type)
        for child in parsed.children:
            self._read(child, depth + 1)
        moved = tuple(blob.digest for blob in parsed.blobs if self._adopt(blob))
        manifest = parsed.as_manifest(content, moved)
        self._manifests[manifest.digest] = manifest
        return manifest

    def _adopt(self, descriptor: Descriptor) -> bool:
        """Take note of a blob; answer whether it is here to be moved."""
        name = blob_name(descriptor.digest)
        origin = self._files.origin(name)
        size = self._files.size(name)
        if size is None:
            if descriptor.is_elsewhere:
                return False
            raise IncompleteImageError.in_file(origin, "the image names this file, and it is missing")
        if size != descriptor.size:
            raise InvalidImageError.in_file(origin, f"it has {size} bytes, and the image says {descriptor.size}")
        self._blobs.setdefault(descriptor.digest, Blob(descriptor.digest, size, origin, lambda: self._files.open(name)))
        return True


def open_oci_layout(path: Path, wanted: str | None) -> OciLayout:
    """Open the layout in the folder *path*."""
    return OciLayout(Folder(path), wanted)


def blob_name(digest: Digest) -> str:
    """Name the file of *digest* within a layout; a `Digest` has been matched, so it leads nowhere else."""
    return f"blobs/sha256/{digest.hex}"


def _chosen(files: ImageFiles, wanted: str | None) -> Descriptor:
    place = files.origin("index.json")
    document = json_object(read_whole(files, "index.json", MAX_MANIFEST_BYTES), place)
    listed = descriptors(document, "manifests", place)
    if not listed:
        raise InvalidImageError.in_file(place, "it lists no image")
    names = [name for entry in listed for name in entry.names or (str(entry.digest),)]
    if wanted is not None:
        listed = tuple(entry for entry in listed if wanted in (*entry.names, str(entry.digest)))
        if not listed:
            raise InvalidImageError.unnamed(files.place, wanted, names)
    # The same image under two names is one image.
    if len({entry.digest for entry in listed}) > 1:
        raise InvalidImageError.ambiguous(files.place, names)
    return listed[0]

"""A manifest of an OCI layout with everything below it; every file is looked for before the first is sent."""

from shared_ecr.client.sources.files import ImageFiles, read_whole
from shared_ecr.client.sources.interface import Blob, IncompleteImageError, InvalidImageError, Manifest
from shared_ecr.client.sources.manifests import (
    MAX_DEPTH,
    MAX_MANIFEST_BYTES,
    MAX_MANIFESTS,
    Descriptor,
    ManifestContent,
    digest_of,
    parse_manifest,
)
from shared_ecr.names import Digest


def blob_name(digest: Digest) -> str:
    """Name the file of *digest* within a layout; a `Digest` has been matched, so it leads nowhere else."""
    return f"blobs/sha256/{digest.hex}"


def read_manifest(files: ImageFiles, descriptor: Descriptor) -> tuple[bytes, ManifestContent]:
    """Read what *descriptor* names; refuse other bytes than those it names."""
    name = blob_name(descriptor.digest)
    origin = files.origin(name)
    content = read_whole(files, name, MAX_MANIFEST_BYTES)
    if digest_of(content) != descriptor.digest or len(content) != descriptor.size:
        raise InvalidImageError.in_file(
            origin, f"it has {len(content)} bytes of the digest {digest_of(content)}; it is listed with others"
        )
    return content, parse_manifest(content, origin, descriptor.media_type)


class LayoutTree:
    """What is below one entry of index.json: manifests, children first, and blobs, each once."""

    def __init__(self, files: ImageFiles, top: Descriptor) -> None:
        """Read it.

        Raises:
            IncompleteImageError: a file is missing that the image names.
            InvalidImageError: a document breaks a rule, or a file has another size than the image says.
        """
        self._files = files
        self.manifests: dict[Digest, Manifest] = {}
        self.blobs: dict[Digest, Blob] = {}
        self.root = self._read(top, depth=1)

    def _read(self, descriptor: Descriptor, depth: int) -> Manifest:
        known = self.manifests.get(descriptor.digest)
        if known:
            return known
        if depth > MAX_DEPTH or len(self.manifests) >= MAX_MANIFESTS:
            raise InvalidImageError.in_file(
                self._files.origin(blob_name(descriptor.digest)),
                f"over {MAX_DEPTH} indexes within each other or {MAX_MANIFESTS} manifests are no image",
            )
        content, parsed = read_manifest(self._files, descriptor)
        for child in parsed.children:
            self._read(child, depth + 1)
        moved = tuple(blob.digest for blob in parsed.blobs if self._adopt(blob))
        manifest = parsed.as_manifest(content, moved)
        self.manifests[manifest.digest] = manifest
        return manifest

    def _adopt(self, descriptor: Descriptor) -> bool:
        """Take note of a blob; answer whether it is here to be moved."""
        files, name = self._files, blob_name(descriptor.digest)
        origin = files.origin(name)
        size = files.size(name)
        if size is None:
            if descriptor.is_elsewhere:
                return False
            raise IncompleteImageError.in_file(origin, "the image names this file, and it is missing")
        if size != descriptor.size:
            raise InvalidImageError.in_file(origin, f"it has {size} bytes, and the image says {descriptor.size}")
        self.blobs.setdefault(descriptor.digest, Blob(descriptor.digest, size, origin, lambda: files.open(name)))
        return True

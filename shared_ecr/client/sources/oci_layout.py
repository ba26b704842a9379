"""OCI image layouts: the image that an index.json names, with everything below it.

Every file is looked for before the first is sent.

Source: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from shared_ecr.client.sources.files import ImageFiles, ImageFolder, read_whole
from shared_ecr.client.sources.interface import Blob, Companions, IncompleteImageError, InvalidImageError, Manifest
from shared_ecr.client.sources.manifests import (
    MAX_DEPTH,
    MAX_MANIFEST_BYTES,
    MAX_MANIFESTS,
    Descriptor,
    ManifestContent,
    descriptors,
    digest_of,
    json_object,
    parse_manifest,
    short_name,
)
from shared_ecr.model.names import Digest


class OciLayout:
    """One image of a layout, in a folder or in an archive.

    Of several images in index.json the one called *wanted* is taken: by `org.opencontainers.image.ref.name`, by
    the name docker and containerd write, or by its digest. What is about another image is not an image of its own here.
    """

    def __init__(
        self, files: ImageFiles, wanted: str | None = None, *, close: Callable[[], None] = lambda: None
    ) -> None:
        """Read the image; *close* is called when it is closed."""
        self._files, self._close = files, close
        self._listed = listed_images(files)
        self.entry = chosen_entry(files, self._listed, wanted)
        self._tree = LayoutTree(files, self.entry)

    entry: Descriptor
    """What index.json says of the image."""

    @property
    def root(self) -> Manifest:
        """The manifest or index that index.json names."""
        return self._tree.root

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every manifest, children first."""
        return tuple(self._tree.manifests.values())

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """Every configuration and layer once."""
        return tuple(self._tree.blobs.values())

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing: a layout is moved as it is."""
        return ()

    def companions(self) -> Companions:
        """Look through index.json for what is about the image."""
        if len(self._listed) == 1:
            return Companions()
        from shared_ecr.client.sources.companions import find_companions

        return find_companions(self._files, self._listed, self._tree.manifests.keys())

    def close(self) -> None:
        """Free the archive, where one had to be unpacked."""
        self._close()


def open_oci_layout(path: Path, wanted: str | None) -> OciLayout:
    """Open the layout in the folder *path*."""
    return OciLayout(ImageFolder(path), wanted)


def listed_images(files: ImageFiles) -> tuple[Descriptor, ...]:
    """Read the entries of index.json."""
    place = files.origin("index.json")
    document = json_object(read_whole(files, "index.json", MAX_MANIFEST_BYTES), place)
    listed = descriptors(document, "manifests", place)
    if not listed:
        raise InvalidImageError.in_file(place, "it lists no image")
    return listed


def chosen_entry(files: ImageFiles, listed: tuple[Descriptor, ...], wanted: str | None) -> Descriptor:
    """Take the entry called *wanted*, or the only one that is an image.

    Raises:
        InvalidImageError: there is none, or there are several.
    """
    names = _names(listed)
    if wanted is not None:
        listed = tuple(entry for entry in listed if short_name(wanted) in (*entry.names, str(entry.digest)))
        if not listed:
            raise InvalidImageError.unnamed(files.place, wanted, names)
    elif _is_a_choice(listed):
        from shared_ecr.client.sources.companions import without_companions

        listed = without_companions(files, listed) or listed
        names = _names(listed)
    if _is_a_choice(listed):
        raise InvalidImageError.ambiguous(files.place, names)
    return listed[0]


def _is_a_choice(listed: tuple[Descriptor, ...]) -> bool:
    """Whether there are several images; the same one under two names is one."""
    return len({entry.digest for entry in listed}) > 1


def _names(listed: tuple[Descriptor, ...]) -> list[str]:
    """Return, for each image, the first of its names that no other image has; its digest where there is none."""
    count = Counter(name for entry in listed for name in set(entry.names))
    return [next((name for name in entry.names if count[name] == 1), str(entry.digest)) for entry in listed]


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
            origin,
            f"it has {len(content)} bytes and the digest {digest_of(content)}; the index names another size or digest",
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
                f"an image has at most {MAX_DEPTH} nested indexes and {MAX_MANIFESTS} manifests",
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

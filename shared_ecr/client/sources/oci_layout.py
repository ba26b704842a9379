"""OCI image layouts: the image that an index.json names, with everything below it.

Source: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from shared_ecr.client.sources.companions import find_companions, without_companions
from shared_ecr.client.sources.files import ImageFiles, ImageFolder, read_whole
from shared_ecr.client.sources.interface import Blob, Companions, InvalidImageError, Manifest
from shared_ecr.client.sources.layout_trees import LayoutTree, blob_name
from shared_ecr.client.sources.manifests import MAX_MANIFEST_BYTES, Descriptor, descriptors, json_object, short_name

__all__ = ["OciLayout", "blob_name", "open_oci_layout"]


class OciLayout:
    """One image of a layout, in a folder or in an archive.

    Of several images in index.json the one called *wanted* is taken: by `org.opencontainers.image.ref.name`, by
    the name docker and containerd write, or by its digest. What is about another image is no image of its own here.
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

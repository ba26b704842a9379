"""OCI layouts being written: files appear under their final names only when they are whole.

Source: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from shared_ecr.client.credentials.locks import locked_folder
from shared_ecr.client.distribution.atomic_files import PREFIX, AtomicFiles, sweep
from shared_ecr.client.distribution.layout_index import ImageListing, with_image
from shared_ecr.client.sources.files import ImageFolder, read_whole
from shared_ecr.client.sources.interface import InvalidImageError, Manifest
from shared_ecr.client.sources.manifests import MAX_MANIFEST_BYTES, OCI_INDEX, json_object
from shared_ecr.client.sources.oci_layout import blob_name
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import Digest, ImageReference

_VERSION = {"imageLayoutVersion": "1.0.0"}


class LayoutFolder:
    """A folder that is, or becomes, an OCI layout; what it holds already stays."""

    def __init__(self, path: Path) -> None:
        """Look at *path*; nothing is written before `make`.

        Raises:
            InvalidImageError: it has other files, or an index that cannot be added to.
            UnavailableError: it cannot be read.
        """
        self.path = path
        self._new_files = AtomicFiles()
        with self._written():
            if path.exists() and not path.is_dir():
                raise InvalidImageError.in_file(
                    str(path),
                    "this is not a folder; name a folder, a file that ends in .tar, or '-' for standard output",
                )
            if path.is_dir() and any(map(_is_of_others, path.iterdir())) and not (path / "oci-layout").is_file():
                raise InvalidImageError.in_file(str(path), "this folder has other files; name an empty or a new one")
            # An index that cannot be added to is refused before the first byte is fetched.
            self._entries(self._index())

    def make(self) -> None:
        """Make the folder a layout, unless it is one already."""
        with self._written():
            self.path.mkdir(parents=True, exist_ok=True)
            # First of all: by this file another pull that begins now sees that the folder is a layout.
            if not (self.path / "oci-layout").is_file():
                self._write("oci-layout", json.dumps(_VERSION).encode())
            blobs = self.path / "blobs" / "sha256"
            blobs.mkdir(parents=True, exist_ok=True)
            for folder in (self.path, blobs):
                sweep(folder)

    def abandon(self) -> None:
        """Remove what is being written: it is over, and threads that wait for a network do not come back."""
        self._new_files.abandon()

    def has(self, digest: Digest, size: int) -> bool:
        """Whether the blob is there whole; a damaged one is fetched again."""
        path = self.path / blob_name(digest)
        with self._written():
            if not path.is_file() or path.stat().st_size != size:
                return False
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest.hex

    @contextmanager
    def blob_file(self, digest: Digest) -> Iterator[IO[bytes]]:
        """Give the block a file that gets the name of *digest* when it succeeds, and is removed when it fails."""
        with self._written(), self._new_files.file(self.path / blob_name(digest)) as file:
            yield file

    def add_manifest(self, manifest: Manifest) -> None:
        """Store the bytes of *manifest*."""
        with self._written():
            self._write(blob_name(manifest.digest), manifest.content)

    def name_image(self, manifest: Manifest, reference: ImageReference) -> ImageListing:
        """List *manifest* in index.json under the name of *reference*; the last step of a pull.

        One process at a time reads and writes the index, so that pulls at the same time keep each other's images.
        """
        with locked_folder(self.path):
            before = self._index()
            listing = with_image(self._entries(before), manifest, reference)
            # Everything else in the index, such as its own annotations, is kept.
            document = {"schemaVersion": 2, "mediaType": OCI_INDEX, **before, "manifests": listing.entries}
            with self._written():
                self._write("index.json", json.dumps(document, indent=2).encode())
        return listing

    def _index(self) -> Mapping[str, object]:
        if not (self.path / "index.json").exists():
            return {"manifests": []}
        folder = ImageFolder(self.path)
        return json_object(read_whole(folder, "index.json", MAX_MANIFEST_BYTES), folder.origin("index.json"))

    def _entries(self, index: Mapping[str, object]) -> list[object]:
        entries = index.get("manifests")
        if not isinstance(entries, list):
            raise InvalidImageError.in_file(str(self.path / "index.json"), "manifests is not a list")
        return entries

    def _write(self, name: str, content: bytes) -> None:
        with self._new_files.file(self.path / name) as file:
            file.write(content)

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UnavailableError(
                f"{self.path} cannot be written: {error.strerror or type(error).__name__}"
            ) from error


def _is_of_others(path: Path) -> bool:
    """Whether *path* is more than what another pull writes at this moment to make the folder a layout."""
    return not path.name.startswith(PREFIX)

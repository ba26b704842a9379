"""Tar archives read by offset: nothing is extracted, and links lead nowhere."""

from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.client.sources.files import unreadable
from shared_ecr.client.sources.interface import ByteStream, InvalidImageError
from shared_ecr.client.sources.tar_headers import Entry, read_entries

if TYPE_CHECKING:
    from collections.abc import Mapping


class Section:
    """A part of a file as a stream of its own."""

    def __init__(self, path: Path, offset: int, size: int) -> None:
        self._file = path.open("rb", buffering=0)
        self._file.seek(offset)
        self._left = size

    def read(self, size: int, /) -> bytes:
        """Return at most *size* bytes, none beyond the section."""
        content = self._file.read(min(size, self._left)) or b""
        self._left -= len(content)
        return content

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class TarFiles:
    """The files of an uncompressed tar archive."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                self.entries: Mapping[str, Entry] = read_entries(file, path.stat().st_size, str(path))
        except OSError as error:
            raise unreadable(str(path), error) from error

    @property
    def place(self) -> str:
        """The archive's path."""
        return str(self._path)

    def origin(self, name: str) -> str:
        """The archive and the member."""
        return f"{self._path} ({name})"

    def size(self, name: str) -> int | None:
        """Return the size of a regular member; refuse a link or a device of that name."""
        entry = self.entries.get(name)
        if entry is None:
            return None
        if not entry.is_regular:
            raise InvalidImageError.in_file(self.origin(name), "this member is no regular file")
        return entry.size

    def open(self, name: str) -> ByteStream:
        """Open the member in place."""
        entry = self.entries[name]
        try:
            return Section(self._path, entry.offset, entry.size)
        except OSError as error:
            raise unreadable(self.origin(name), error) from error

"""A file read in sections, each a stream of its own: several threads read it at once, and nothing is extracted."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from shared_ecr.client.sources.files import unreadable
from shared_ecr.client.sources.interface import ByteStream

ReadAt = Callable[[int, int], bytes]


class SectionedFile(Protocol):
    """One file, of which any part can be read at any time."""

    @property
    def place(self) -> str:
        """The file in the user's words."""
        ...

    @property
    def size(self) -> int:
        """The length in bytes."""
        ...

    def section(self, offset: int, size: int) -> ByteStream:
        """Open *size* bytes from *offset* on.

        Raises:
            UnavailableError: the file cannot be opened any more.
        """
        ...

    def read_at(self, offset: int, size: int) -> bytes:
        """Return at most *size* bytes from *offset* on."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


class PathSections:
    """The sections of a file on disk, which is open only while one of them is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size

    @property
    def place(self) -> str:
        """The path."""
        return str(self._path)

    @property
    def size(self) -> int:
        """The length when the image was opened."""
        return self._size

    def section(self, offset: int, size: int) -> ByteStream:
        """Open a part of the file."""
        try:
            return _PathSection(self._path, offset, size)
        except OSError as error:
            raise unreadable(self.place, error) from error

    def read_at(self, offset: int, size: int) -> bytes:
        """Return a part of the file."""
        with self._path.open("rb") as file:
            file.seek(offset)
            return file.read(size)

    def close(self) -> None:
        """Do nothing: no file is open."""


class _PathSection:
    def __init__(self, path: Path, offset: int, size: int) -> None:
        self._file = path.open("rb", buffering=0)
        self._file.seek(offset)
        self._left = size

    def read(self, size: int, /) -> bytes:
        content = self._file.read(min(size, self._left)) or b""
        self._left -= len(content)
        return content

    def close(self) -> None:
        self._file.close()


class SharedSection:
    """A part of a file that someone else keeps open, read through *read_at*."""

    def __init__(self, read_at: ReadAt, offset: int, size: int) -> None:
        self._read_at, self._at, self._end = read_at, offset, offset + size

    def read(self, size: int, /) -> bytes:
        """Return at most *size* bytes, none beyond the section."""
        content = self._read_at(self._at, min(size, self._end - self._at))
        self._at += len(content)
        return content

    def close(self) -> None:
        """Do nothing: the file is another's."""

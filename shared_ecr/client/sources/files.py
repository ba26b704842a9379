"""The files of an image, in a folder or in a tar: named, bounded, regular."""

import os
import stat
from pathlib import Path
from typing import Protocol

from shared_ecr.client.sources.interface import ByteStream, IncompleteImageError, InvalidImageError
from shared_ecr.findings.errors import UnavailableError

# Not every system knows both: no waiting for the other end of a pipe, no rewriting of line ends.
_OPEN_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class ImageFiles(Protocol):
    """A read-only view of the files of one image; names are relative and have no `..`."""

    @property
    def place(self) -> str:
        """The folder or archive, as the user named it."""
        ...

    def origin(self, name: str) -> str:
        """The file called *name* in the user's words."""
        ...

    def size(self, name: str) -> int | None:
        """Return the size in bytes; None where there is no such regular file."""
        ...

    def open(self, name: str) -> ByteStream:
        """Open *name* for reading from its beginning."""
        ...


class ImageFolder:
    """The files of a folder.

    Symbolic links are followed, as build systems make layouts of them; what they lead to must be a regular file,
    and its digest decides.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def place(self) -> str:
        """The folder's path."""
        return str(self._path)

    def origin(self, name: str) -> str:
        """The path of the file."""
        return str(self._path / name)

    def size(self, name: str) -> int | None:
        """Return the size of a regular file."""
        try:
            status = (self._path / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise unreadable(self.origin(name), error) from error
        if not stat.S_ISREG(status.st_mode):
            raise InvalidImageError.in_file(self.origin(name), "this is not a regular file")
        return status.st_size

    def open(self, name: str) -> ByteStream:
        """Open the file; one that was replaced by a pipe meanwhile is not waited for."""
        try:
            descriptor = os.open(self._path / name, os.O_RDONLY | _OPEN_FLAGS)
        except OSError as error:
            raise unreadable(self.origin(name), error) from error
        return os.fdopen(descriptor, "rb", buffering=0)


def read_whole(files: ImageFiles, name: str, limit: int) -> bytes:
    """Read the small file *name*; refuse one over *limit* bytes before reading it."""
    size = files.size(name)
    if size is None:
        raise IncompleteImageError.in_file(files.origin(name), "the image names this file, and it is missing")
    if size > limit:
        raise InvalidImageError.in_file(files.origin(name), f"{size} bytes are over the limit of {limit}")
    stream = files.open(name)
    parts = []
    left = limit + 1
    try:
        while left and (part := stream.read(left)):
            parts.append(part)
            left -= len(part)
    except OSError as error:
        raise unreadable(files.origin(name), error) from error
    finally:
        stream.close()
    content = b"".join(parts)
    if len(content) != size:
        raise InvalidImageError.in_file(files.origin(name), "it changed while it was read")
    return content


def unreadable(place: str, error: OSError) -> UnavailableError:
    """Render what the operating system said of *place*."""
    return UnavailableError(f"{place} cannot be read: {error.strerror or type(error).__name__}")

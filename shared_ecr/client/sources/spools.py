"""Temporary files that have no name: no one else can open one, and whatever ends the program removes it.

The operating system frees their bytes when the program ends, by an error, by SIGTERM or by SIGKILL.
"""

import tempfile
import threading
from typing import IO

from shared_ecr.client.sources.interface import ByteStream
from shared_ecr.client.sources.sections import SharedSection
from shared_ecr.findings.errors import UnavailableError


class Spool:
    """A file that grows at its end and is read anywhere; made under TMPDIR with the first byte, mode 0600."""

    def __init__(self, place: str) -> None:
        """Begin an empty spool for what comes from *place*, the file in the user's words."""
        self._place = place
        self._file: IO[bytes] | None = None
        self._size = 0
        self._is_closed = False
        # One position is shared by all readers; a read from the page cache is shorter than the wait is worth.
        self._lock = threading.Lock()

    @property
    def place(self) -> str:
        """Where the bytes came from."""
        return self._place

    @property
    def size(self) -> int:
        """How many bytes were written."""
        return self._size

    def write(self, content: bytes) -> None:
        """Add *content* at the end.

        Raises:
            UnavailableError: there is no room; TMPDIR names another folder.
        """
        try:
            with self._lock:
                if self._is_closed:
                    raise UnavailableError(f"{self._place} was cancelled, because another part of the image failed")
                if self._file is None:
                    self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 — `close` closes it
                self._file.seek(self._size)
                view = memoryview(content)
                while view:
                    written = self._file.write(view)
                    self._size += written
                    view = view[written:]
        except OSError as error:
            raise UnavailableError(
                f"{self._place} needs room for temporary files, and there is none after {self._size} bytes: "
                f"{error.strerror or type(error).__name__}; TMPDIR names another folder for them"
            ) from error

    def read_at(self, offset: int, size: int) -> bytes:
        """Return at most *size* bytes from *offset* on."""
        with self._lock:
            if self._file is None:
                return b""
            self._file.seek(offset)
            return self._file.read(size)

    def section(self, offset: int, size: int) -> ByteStream:
        """Open a part of what was written."""
        return SharedSection(self.read_at, offset, size)

    def close(self) -> None:
        """Free the bytes, for good: a thread that still writes is refused."""
        with self._lock:
            self._is_closed = True
            if self._file is not None:
                self._file.close()
                self._file = None

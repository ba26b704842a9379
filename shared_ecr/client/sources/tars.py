"""Tar archives read by offset: nothing is extracted, and links lead nowhere."""

from typing import TYPE_CHECKING

from shared_ecr.client.sources.files import unreadable
from shared_ecr.client.sources.interface import ByteStream, InvalidImageError
from shared_ecr.client.sources.sections import SectionedFile
from shared_ecr.client.sources.tar_headers import TarEntry, read_entries

if TYPE_CHECKING:
    from collections.abc import Mapping


class TarFiles:
    """The files of an uncompressed tar archive."""

    def __init__(self, file: SectionedFile) -> None:
        self._file = file
        try:
            self.entries: Mapping[str, TarEntry] = read_entries(file.read_at, file.size, file.place)
        except OSError as error:
            raise unreadable(file.place, error) from error

    @property
    def place(self) -> str:
        """The archive in the user's words."""
        return self._file.place

    def origin(self, name: str) -> str:
        """The archive and the member."""
        return f"{self.place} ({name})"

    def size(self, name: str) -> int | None:
        """Return the size of a regular member; refuse a link or a device of that name."""
        entry = self.entries.get(name)
        if entry is None:
            return None
        if not entry.is_regular:
            raise InvalidImageError.in_file(self.origin(name), "this member is not a regular file")
        return entry.size

    def open(self, name: str) -> ByteStream:
        """Open the member in place."""
        entry = self.entries[name]
        return self._file.section(entry.offset, entry.size)

    def close(self) -> None:
        """Free the archive, where it is a copy of ours."""
        self._file.close()

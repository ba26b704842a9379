"""Archives that were compressed as a whole, unpacked stream by stream in bounded memory, and no bomb.

gzip is read by Python itself. zstd needs the module `zstandard` (the extra `zstd`), as Python has none before 3.14.
"""

import importlib
import zlib
from collections.abc import Iterator
from typing import Protocol

from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.findings.errors import UnavailableError

CHUNK = 1024 * 1024
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
# Archives of images shrink to a half or a tenth; one of nothing but zeros to a thousandth in gzip and to less in
# zstd. Beyond the first gigabyte, which no disk minds, a file that grows two hundredfold is not an archive of an image.
FREE_BYTES = 1024 * 1024 * 1024
MAX_GROWTH = 200
# The window that the zstd program allows itself too; frames that ask for more could take gigabytes of memory.
# https://datatracker.ietf.org/doc/html/rfc8878#name-window-descriptor
MAX_ZSTD_WINDOW = 128 * 1024 * 1024


class Reader(Protocol):
    """Bytes from beginning to end."""

    def read(self, size: int, /) -> bytes:
        """Return at most *size* bytes; none at the end."""
        ...


class UnpackingLimit:
    """Counts the bytes before and after; refuses a file that unpacks to absurdly more than it is."""

    def __init__(self, place: str) -> None:
        self._place = place
        self.packed = self.unpacked = 0

    def check(self, *, packed: int = 0, unpacked: int = 0) -> None:
        """Add to the counts.

        Raises:
            InvalidImageError: what came out is over the bound.
        """
        self.packed += packed
        self.unpacked += unpacked
        if self.unpacked > FREE_BYTES + MAX_GROWTH * self.packed:
            raise InvalidImageError.in_file(
                self._place,
                f"{self.packed} bytes of it unpack to more than {self.unpacked - 1}: over {MAX_GROWTH} times as much "
                "is taken for an attack",
            )


def unpack(source: Reader, head: bytes, place: str) -> Iterator[bytes]:
    """Yield what is packed in *source*, of which *head* was read already, in chunks of a megabyte at most.

    Raises:
        InvalidImageError: the stream is damaged, cut short, or grows beyond all measure.
        UnavailableError: zstd, and nothing here can unpack it.
    """
    bound = UnpackingLimit(place)
    counted = _Counted(source, head, bound)
    parts = _gunzip(counted, place) if head.startswith(GZIP) else _unzstd(counted, place)
    for part in parts:
        bound.check(unpacked=len(part))
        yield part


class _Counted:
    """Hands on *head*, then *source*, and counts."""

    def __init__(self, source: Reader, head: bytes, bound: UnpackingLimit) -> None:
        self._source, self._head, self._bound = source, head, bound

    def read(self, size: int = CHUNK, /) -> bytes:
        if self._head:
            part, self._head = self._head[:size], self._head[size:]
        else:
            part = self._source.read(size)
        self._bound.check(packed=len(part))
        return part


def _gunzip(source: Reader, place: str) -> Iterator[bytes]:
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        while part := source.read(CHUNK):
            while part:
                if inflate.eof:
                    # Some tools write several gzip members one behind the other, and zeros to fill a block.
                    part = part.lstrip(b"\0")
                    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if part else inflate
                    continue
                if unpacked := inflate.decompress(part, CHUNK):
                    yield unpacked
                part = inflate.unused_data or inflate.unconsumed_tail
    except zlib.error as error:
        raise InvalidImageError.in_file(place, "this gzip file is damaged") from error
    if not inflate.eof:
        raise InvalidImageError.in_file(place, "its gzip stream is cut short")


def _unzstd(source: Reader, place: str) -> Iterator[bytes]:
    try:
        zstandard = importlib.import_module("zstandard")
    except ImportError as error:
        raise UnavailableError(
            f"{place} is compressed by zstd, and this Python cannot unpack that; "
            "install shared-ecr[zstd], or unpack it by zstd -d first"
        ) from error
    decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW)
    # A stream that is cut short ends like a whole one here; then a member of the archive, or a blob, is not whole.
    reader = decompressor.stream_reader(source, read_across_frames=True)
    try:
        while part := reader.read(CHUNK):
            yield part
    except zstandard.ZstdError as error:
        raise InvalidImageError.in_file(place, f"this zstd file cannot be unpacked: {error}") from error

"""The bytes of a blob, hashed while they are read."""

import hashlib
from collections.abc import Iterator

from shared_ecr.client.sources.files import unreadable
from shared_ecr.client.sources.interface import Blob, ByteStream, CorruptBlobError

# How much of each blob is in memory while it is sent or received; twice this much.
CHUNK = 512 * 1024


def verified(blob: Blob) -> Iterator[bytes]:
    """Yield the bytes of *blob*; the last chunk only when all of them have the digest.

    So no registry can store a blob whose content differs, even if it does not verify digests.

    Raises:
        CorruptBlobError: the bytes are not those that the digest names.
        UnavailableError: the file cannot be read.
    """
    seen, size, held = hashlib.sha256(), 0, b""
    stream = _opened(blob)
    try:
        while True:
            chunk = _read(stream, blob)
            size += len(chunk)
            if not chunk or size > blob.size:
                break
            seen.update(chunk)
            if held:
                yield held
            held = chunk
        if size != blob.size:
            raise CorruptBlobError.found(blob, f"and it has {'more' if size > blob.size else size}")
        if seen.hexdigest() != blob.digest.hex:
            raise CorruptBlobError.found(blob, f"and its content has sha256:{seen.hexdigest()}")
        if held:
            yield held
    finally:
        stream.close()


def _opened(blob: Blob) -> ByteStream:
    try:
        return blob.open()
    except OSError as error:
        raise unreadable(blob.origin, error) from error


def _read(stream: ByteStream, blob: Blob) -> bytes:
    try:
        return stream.read(CHUNK)
    except OSError as error:
        raise unreadable(blob.origin, error) from error

"""The download of one blob: a stream that continues after a fault where it stopped; small ones as a whole.

What comes is not verified while it streams: anyone who takes all of it compares the digest, as `uploads` does.
"""

from typing import TYPE_CHECKING

from shared_ecr.client.distribution.refusals import NOT_FOUND, Refusal
from shared_ecr.client.distribution.repository import OK, RemoteRepository
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.transport import CHUNK, HttpResponse
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.client.sources.manifests import Descriptor, digest_of
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import Digest

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTIAL = 206
# What a try must bring, so that the tries are counted from the beginning again. Without a least number of bytes, a
# registry that breaks off after each byte would be asked without end.
LEAST_PROGRESS = 64 * 1024


class Download:
    """The bytes of one blob; a `ByteStream`. Nothing is asked before the first read."""

    def __init__(self, remote: RemoteRepository, digest: Digest) -> None:
        self._remote, self._digest = remote, digest
        self._taken = 0
        self._asks_for_parts = True
        self._answer: HttpResponse | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._rest = b""
        self._attempts, self._attempts_from = remote.attempts(f"read {digest}"), 0

    def read(self, size: int, /) -> bytes:
        """Return at most *size* bytes; none at the end.

        Raises:
            RefusedError: the registry has no such blob, or the caller may not read it.
            UnavailableError: the registry broke off too often without another byte between.
        """
        while True:
            try:
                if self._answer is None:
                    self._begin()
                chunk = self._rest or next(self._chunks, b"")
            except TransientError as error:
                self.close()
                if self._taken - self._attempts_from >= LEAST_PROGRESS:
                    self._attempts, self._attempts_from = self._remote.attempts(f"read {self._digest}"), self._taken
                self._attempts.failed(error)
            else:
                self._rest = chunk[size:]
                self._taken += len(chunk[:size])
                return chunk[:size]

    def close(self) -> None:
        """Release the connection; the next read asks for the rest."""
        if self._answer is not None:
            self._answer.drop()
        self._answer, self._rest = None, b""

    def _begin(self) -> None:
        """Ask for what is left; a registry that sends all of it again is read up to there."""
        exchange = self._remote.exchange
        begins_at = self._taken if self._asks_for_parts else 0
        headers = {"Range": f"bytes={begins_at}-"} if begins_at else {}
        step = self._remote.step(f"read {self._digest}")
        answer = exchange.open("GET", f"{self._remote.url}/blobs/{self._digest}", headers, step=step)
        if answer.status == OK:
            begins_at = 0
        elif begins_at and not (answer.status == PARTIAL and _is_part_from(answer, begins_at)):
            answer.drop()
            self._asks_for_parts = False
            raise TransientError("it sent another part of a layer than was asked for", status=answer.status)
        elif not begins_at:
            raise self._refused(answer)
        self._answer, self._chunks = answer, answer.chunks()
        self._skip(self._taken - begins_at)

    def _skip(self, count: int) -> None:
        """Read over what was taken before."""
        while count and (part := next(self._chunks, b"")):
            self._rest = part[count:]
            count -= min(count, len(part))

    def _refused(self, answer: HttpResponse) -> RefusedError:
        exchange = self._remote.exchange
        with answer:
            refusal = Refusal.read(answer, exchange)
        if refusal.status == NOT_FOUND:
            place = f"{exchange.registry}/{self._remote.name}"
            return RefusedError(f"{place} has no {self._digest}: {refusal.said}")
        step = f"read {self._digest}"
        return refusal.read_error(exchange, self._remote.name, step, action="ecr:GetDownloadUrlForLayer")


def read_small(remote: RemoteRepository, blob: Descriptor, at_most: int) -> bytes:
    """Return the whole of a small blob, verified.

    Raises:
        InvalidImageError: it is larger than *at_most*, or its bytes are not those that its digest names.
        RefusedError, UnavailableError: as `Download.read` says.
    """
    place = f"{remote.exchange.registry}/{remote.name}@{blob.digest}"
    if blob.size > at_most:
        raise InvalidImageError.in_file(place, f"{blob.size} bytes are over the limit of {at_most}")
    stream = Download(remote, blob.digest)
    content = b""
    try:
        while len(content) <= blob.size and (chunk := stream.read(CHUNK)):
            content += chunk
    finally:
        stream.close()
    if len(content) != blob.size or digest_of(content) != blob.digest:
        raise InvalidImageError.in_file(place, "the registry sent bytes that have another digest")
    return content


def _is_part_from(answer: HttpResponse, offset: int) -> bool:
    return (answer.header("Content-Range") or "").strip().startswith(f"bytes {offset}-")

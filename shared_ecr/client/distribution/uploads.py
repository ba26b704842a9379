"""One blob on its way: asked for, sent in one PUT, hashed while it goes.

A try that failed is never continued: ECR answers 416 to a session that has seen bytes. Before the next one the
registry is asked whether the blob arrived all the same.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from enum import Enum

from shared_ecr.client.distribution.refusals import NOT_FOUND, Refusal
from shared_ecr.client.distribution.repository import CREATED, OK, RemoteRepository
from shared_ecr.client.errors import LoginRefusedError, PushRefusedError
from shared_ecr.client.http.exchange import LoginRenewedError
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.transport import CHUNK, Answer
from shared_ecr.client.http.workers import StoppedError
from shared_ecr.client.sources.files import unreadable
from shared_ecr.client.sources.interface import Blob, ByteStream, CorruptBlobError
from shared_ecr.errors import UnavailableError

ACCEPTED, NO_CONTENT = 202, 204


class Outcome(Enum):
    """What became of one blob."""

    PRESENT = "present"
    UPLOADED = "uploaded"


class Uploads:
    """Sends blobs to one repository; used by several threads at once."""

    def __init__(self, remote: RemoteRepository, moved: Callable[[int], None], stop: threading.Event) -> None:
        self._remote, self._moved, self._stop = remote, moved, stop

    def ensure(self, blob: Blob) -> Outcome:
        """Have *blob* in the registry; three requests where it was missing, one where not.

        Raises:
            CorruptBlobError: the bytes are not those the digest names; the registry did not get the last of them.
            PushRefusedError: the repository is missing, or the caller may not.
        """
        if self._remote.has_blob(blob.digest):
            return Outcome.PRESENT
        attempts = self._remote.exchange.attempts()
        renewed = False
        while True:
            try:
                self._upload(blob)
            except LoginRenewedError:
                if renewed:
                    raise LoginRefusedError.by(self._remote.exchange.endpoint.registry) from None
                renewed = True
            except TransientError as error:
                self._wait(attempts.failed, error)
                if self._remote.has_blob(blob.digest):
                    return Outcome.UPLOADED
            else:
                return Outcome.UPLOADED

    def _wait(self, failed: Callable[[TransientError], None], error: TransientError) -> None:
        try:
            failed(error)
        except UnavailableError as final:
            if error.status is None and isinstance(error, _NoSessionError):
                raise UnavailableError(
                    f"{final}. ECR cuts the connection like this where the repository "
                    f"{self._remote.name} does not exist"
                ) from error
            raise

    def _upload(self, blob: Blob) -> None:
        location = self._session()
        url = f"{location}{'&' if '?' in location else '?'}digest={blob.digest}"
        headers = {"Content-Length": str(blob.size), "Content-Type": "application/octet-stream"}
        exchange = self._remote.exchange
        with exchange.open("PUT", url, headers, lambda: self._verified(blob), begins_anew=True) as answer:
            if answer.status in {OK, CREATED, NO_CONTENT}:
                _ = answer.body
                return
            refusal = Refusal.read(answer, exchange)
        if refusal.is_about_a_lost_session or (refusal.status == NOT_FOUND and not refusal.is_about_the_repository):
            raise TransientError(f"it refused the bytes of {blob.digest}: {refusal.said}", status=refusal.status)
        raise refusal.error(exchange, self._remote.name, f"upload {blob.digest}")

    def _session(self) -> str:
        """Begin an upload and return where its bytes shall go."""
        exchange = self._remote.exchange
        url = f"{self._remote.url}/blobs/uploads/"
        try:
            answer = exchange.ask("POST", url, {"Content-Length": "0"})
        except TransientError as error:
            raise _NoSessionError(error) from error
        location = answer.header("Location")
        if answer.status != ACCEPTED or location is None:
            raise self._refused_session(answer)
        return exchange.endpoint.upload_location(url, location)

    def _refused_session(self, answer: Answer) -> Exception:
        exchange = self._remote.exchange
        refusal = Refusal.read(answer, exchange)
        if refusal.status == NOT_FOUND:
            return PushRefusedError.no_such_repository(exchange.endpoint.registry, self._remote.name)
        return refusal.error(exchange, self._remote.name, "begin an upload")

    def _verified(self, blob: Blob) -> Iterator[bytes]:
        """Yield the bytes of *blob*; the last chunk only when all of them have the digest.

        So no registry, however careless, can end up with a whole blob of another content.
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
                    self._moved(len(held))
                if self._stop.is_set():
                    raise StoppedError
                held = chunk
            if size != blob.size:
                raise CorruptBlobError.found(blob, f"and it has {'more' if size > blob.size else size}")
            if seen.hexdigest() != blob.digest.hex:
                raise CorruptBlobError.found(blob, f"and its content has sha256:{seen.hexdigest()}")
            if held:
                yield held
                self._moved(len(held))
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


class _NoSessionError(TransientError):
    """No upload could even be begun."""

    def __init__(self, cause: TransientError) -> None:
        super().__init__(cause.what, status=cause.status, retry_after=cause.retry_after)

"""The upload of one blob: look whether it is there, send it in one PUT, hash it while it is sent.

A try that failed is never continued: ECR answers 416 to a session that has seen bytes. Before the next one the
registry is asked whether the blob arrived all the same.
"""

import threading
from collections.abc import Callable, Iterator
from enum import Enum
from urllib.parse import quote

from shared_ecr.client.distribution.refusals import NOT_FOUND, Refusal
from shared_ecr.client.distribution.repository import CREATED, OK, RemoteRepository
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.http.exchange import LoginRenewedError, during
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.client.http.workers import StoppedError
from shared_ecr.client.pushers.events import BlobBegan, BlobMoved, Progress
from shared_ecr.client.sources.interface import Blob
from shared_ecr.client.sources.verifying import verified
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import Digest

ACCEPTED, NO_CONTENT = 202, 204


class UploadOutcome(Enum):
    """What became of one blob."""

    PRESENT = "present"
    UPLOADED = "uploaded"
    MOUNTED = "mounted"


class Uploads:
    """Sends blobs to one repository; used by several threads at once."""

    def __init__(self, remote: RemoteRepository, place: str, progress: Progress, stop: threading.Event) -> None:
        self._remote, self._place, self._progress, self._stop = remote, place, progress, stop
        self._mounts_are_refused = False

    def ensure(self, blob: Blob, mount_from: str | None = None) -> UploadOutcome:
        """Have *blob* in the registry; three requests where it was missing, one where not.

        Raises as `send` does.
        """
        return UploadOutcome.PRESENT if self._remote.has_blob(blob.digest) else self.send(blob, mount_from)

    def send(self, blob: Blob, mount_from: str | None = None) -> UploadOutcome:
        """Have *blob*, which is missing, in the registry: two requests, or one where it comes from *mount_from*.

        Raises:
            CorruptBlobError: the bytes are not those the digest names; the registry did not get the last of them.
            PushRefusedError: the repository is missing, or the caller may not.
        """
        attempts = self._remote.attempts(f"upload {blob.digest}")
        renewed = False
        while True:
            try:
                return self._try(blob, mount_from)
            except LoginRenewedError as refused:
                if renewed:
                    with during(self._remote.step(f"upload {blob.digest}")):
                        raise self._remote.exchange.login_refused(refused.said) from None
                renewed = True
            except TransientError as error:
                self._wait(attempts.failed, error)
                if self._remote.has_blob(blob.digest):
                    return UploadOutcome.UPLOADED

    def _try(self, blob: Blob, mount_from: str | None) -> UploadOutcome:
        location = self._mount(blob.digest, mount_from) if mount_from else self._session()
        if location is None:
            return UploadOutcome.MOUNTED
        self._upload(blob, location)
        return UploadOutcome.UPLOADED

    def _wait(self, failed: Callable[[TransientError], None], error: TransientError) -> None:
        try:
            failed(error)
        except UnavailableError as final:
            is_ecr = self._remote.exchange.endpoint.registry.ecr is not None
            if is_ecr and error.status is None and isinstance(error, _NoSessionError):
                raise UnavailableError(
                    f"{final}. ECR cuts the connection like this where the repository "
                    f"{self._remote.name} does not exist"
                ) from error
            raise

    def _mount(self, digest: Digest, source: str) -> str | None:
        """Ask to take the blob from *source*; return where else to upload it, or None where it is there by now.

        The session that the registry gives in place of a mount is as good as any. A registry that refuses to be asked,
        as for a *source* that the login does not reach, is asked for nothing but uploads from then on.
        """
        if self._mounts_are_refused:
            return self._session()
        url = f"{self._remote.url}/blobs/uploads/?mount={digest}&from={quote(source, safe='')}"
        try:
            answer = self._begun(url)
        except RefusedError:
            answer = None
        if answer is not None and answer.status == CREATED:
            return None
        location = answer.header("Location") if answer is not None else None
        if answer is None or answer.status != ACCEPTED or location is None:
            self._mounts_are_refused = True
            return self._session()
        return self._remote.exchange.endpoint.upload_location(url, location)

    def _session(self) -> str:
        """Begin an upload and return the address for its bytes."""
        url = f"{self._remote.url}/blobs/uploads/"
        answer = self._begun(url)
        location = answer.header("Location")
        if answer.status != ACCEPTED or location is None:
            raise self._refused_session(answer)
        return self._remote.exchange.endpoint.upload_location(url, location)

    def _begun(self, url: str) -> HttpResponse:
        try:
            return self._remote.exchange.ask(
                "POST", url, {"Content-Length": "0"}, step=self._remote.step("begin an upload")
            )
        except TransientError as error:
            raise _NoSessionError(error) from error

    def _refused_session(self, answer: HttpResponse) -> Exception:
        exchange = self._remote.exchange
        refusal = Refusal.read(answer, exchange)
        if refusal.status == NOT_FOUND and not refusal.answer.is_web_page:
            return PushRefusedError.no_such_repository(
                exchange.endpoint.registry, self._remote.name, refusal.answer.words
            )
        return refusal.error(exchange, self._remote.name, "begin an upload", action="ecr:InitiateLayerUpload")

    def _upload(self, blob: Blob, location: str) -> None:
        url = f"{location}{'&' if '?' in location else '?'}digest={blob.digest}"
        headers = {"Content-Length": str(blob.size), "Content-Type": "application/octet-stream"}
        exchange = self._remote.exchange
        step = self._remote.step(f"upload {blob.digest}")
        with exchange.open("PUT", url, headers, lambda: self._body(blob), begins_anew=True, step=step) as answer:
            if answer.status in {OK, CREATED, NO_CONTENT}:
                _ = answer.body
                return
            refusal = Refusal.read(answer, exchange)
        if refusal.is_about_a_lost_session or (refusal.status == NOT_FOUND and not refusal.is_about_the_repository):
            raise TransientError(f"it refused the bytes of {blob.digest}: {refusal.said}", status=refusal.status)
        raise refusal.error(exchange, self._remote.name, f"upload {blob.digest}", action="ecr:UploadLayerPart")

    def _body(self, blob: Blob) -> Iterator[bytes]:
        self._progress.happened(BlobBegan(self._place, blob.digest, blob.size))
        for chunk in verified(blob):
            if self._stop.is_set():
                raise StoppedError
            yield chunk
            self._progress.happened(BlobMoved(self._place, blob.digest, len(chunk)))


class _NoSessionError(TransientError):
    """No upload could even be begun."""

    def __init__(self, cause: TransientError) -> None:
        super().__init__(cause.what, status=cause.status, retry_after=cause.retry_after, was_silent=cause.was_silent)

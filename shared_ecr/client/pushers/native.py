"""The pusher of our own: no engine, no daemon, nothing written; threads over urllib3."""

import threading
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from shared_ecr.client.credentials.interface import CredentialSource
from shared_ecr.client.distribution.refusals import ForgottenBlobsError
from shared_ecr.client.distribution.repository import RemoteRepository, Sight
from shared_ecr.client.distribution.uploads import Outcome, Uploads
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.http.connections import THREADS, Surroundings, connected
from shared_ecr.client.http.retries import Pace
from shared_ecr.client.http.workers import Crew
from shared_ecr.client.pushers.interface import Progress, PushRequest, PushResult
from shared_ecr.client.pushers.plan import Plan, plan_push
from shared_ecr.client.sources import open_source
from shared_ecr.client.sources.interface import Blob, ImageSource, Manifest
from shared_ecr.errors import UsageError
from shared_ecr.names import Digest, ImageReference, Tag

# PutImage: https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
MANIFESTS_A_SECOND = 10


class NativePusher:
    """Pushes an OCI layout, an OCI archive or a docker archive straight to the registry.

    First the looks (is it there, may the tags move), then blobs in parallel, then manifests, children before
    their index and tags last, then each tag is read back. A push that stops anywhere leaves no tag to an image
    that is not whole, and the next one sends only what is missing.
    """

    def __init__(self, surroundings: Surroundings | None = None, threads: int = THREADS) -> None:
        self._surroundings = surroundings or Surroundings.of_this_process()
        self._threads = threads

    def push(self, request: PushRequest, credentials: CredentialSource, progress: Progress) -> PushResult:
        """Push as `Pusher.push` says; of *progress* one method at a time is called, from several threads.

        Raises:
            InvalidImageError: the source is no image, or damaged.
            PushRefusedError: the tag may not move, the repository does not exist, or the caller may not push.
            LoginRefusedError: fresh credentials are refused.
            UnavailableError: the registry or the source could not be reached or read.
        """
        if not request.tags:
            raise UsageError("a push needs at least one tag")
        crew = Crew(self._threads)
        with (
            closing(open_source(request.source)) as source,
            connected(request.host, credentials, self._surroundings, crew.stop) as exchange,
        ):
            remote = RemoteRepository(exchange, request.repository, Pace(MANIFESTS_A_SECOND, exchange.patience))
            return _Push(request, source, remote, _OneAtATime(progress), crew).run()


class _Push:
    """One image on its way."""

    def __init__(
        self, request: PushRequest, source: ImageSource, remote: RemoteRepository, progress: "_OneAtATime", crew: Crew
    ) -> None:
        self._request, self._source, self._remote = request, source, remote
        self._progress, self._crew = progress, crew
        self._uploads = Uploads(remote, progress.moved, crew.stop)
        self._tally = _Tally()

    def run(self) -> PushResult:
        plan = plan_push(self._source, self._request, self._remote)
        if plan.is_done:
            self._progress.said(f"{self._source.root.digest} is there already under {_listed(self._request.tags)}")
            return self._result()
        self._send_blobs(plan.blobs)
        self._put_manifests(plan)
        self._read_back()
        return self._result()

    def _send_blobs(self, blobs: tuple[Blob, ...]) -> None:
        self._crew.run([partial(self._send, blob) for blob in blobs])

    def _send(self, blob: Blob) -> None:
        outcome = self._uploads.ensure(blob)
        if outcome is Outcome.UPLOADED:
            self._tally.add(blob)
        self._progress.said(f"{_short(blob.digest)} {_megabytes(blob.size)} {outcome.value}")

    def _put_manifests(self, plan: Plan) -> None:
        for child in plan.children:
            self._put(child, child.digest)
        for tag in plan.tags:
            self._put(self._source.root, tag)

    def _put(self, manifest: Manifest, name: Tag | Digest) -> None:
        try:
            self._remote.put_manifest(manifest, name)
        except ForgottenBlobsError:
            # A lifecycle rule or a clean-up ran between the look and now: once is chance, twice is a fault.
            self._send_blobs(self._blobs_of(manifest))
            self._remote.put_manifest(manifest, name)
        self._progress.said(f"{_short(manifest.digest)} stored as {name}")

    def _blobs_of(self, manifest: Manifest) -> tuple[Blob, ...]:
        return tuple(blob for blob in self._source.blobs if blob.digest in manifest.blobs)

    def _read_back(self) -> None:
        """Ask the registry what each tag names now; only its own answer makes a push a success."""
        planned = self._source.root.digest
        for target in self._request.targets:
            held = self._remote.held(target.name)
            if held is Sight.UNTOLD:
                self._progress.said(f"{target} was stored; reading it back is not allowed (ecr:BatchGetImage)")
            elif held != planned:
                names = "nothing" if held is Sight.MISSING else held
                raise PushRefusedError(
                    f"{target} names {names} after the push of {planned}; somebody else may be pushing it too"
                )

    def _result(self) -> PushResult:
        request, digest = self._request, self._source.root.digest
        return PushResult(
            reference=ImageReference(request.host, request.repository, digest),
            tags=request.tags,
            uploaded_blobs=self._tally.blobs,
            uploaded_bytes=self._tally.bytes,
            present_blobs=len(self._source.blobs) - self._tally.blobs,
        )


@dataclass(slots=True)
class _Tally:
    """What was uploaded; a blob that had to be sent twice counts once."""

    _sent: dict[Digest, int] = field(default_factory=dict)

    def add(self, blob: Blob) -> None:
        self._sent[blob.digest] = blob.size

    @property
    def blobs(self) -> int:
        return len(self._sent)

    @property
    def bytes(self) -> int:
        return sum(self._sent.values())


class _OneAtATime:
    """Hands progress on from several threads, one call after the other."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lock = threading.Lock()

    def said(self, line: str) -> None:
        with self._lock:
            self._progress.said(line)

    def moved(self, byte_count: int) -> None:
        with self._lock:
            self._progress.moved(byte_count)


def _short(digest: Digest) -> str:
    return f"sha256:{digest.hex[:12]}…"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _listed(tags: tuple[Tag, ...]) -> str:
    return ", ".join(map(str, tags))

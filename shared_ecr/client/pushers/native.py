"""The pusher of our own: no engine, no daemon, nothing written on this machine; threads over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from shared_ecr.client.credentials.interface import CredentialSource, for_repository
from shared_ecr.client.distribution.presence import BatchBlobCheck
from shared_ecr.client.distribution.repository import ManifestState, RemoteRepository
from shared_ecr.client.distribution.uploads import UploadOutcome
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.http.environment import THREADS, HttpEnvironment, connected
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.pushers.creation import RepositoryCreator, RepositoryState
from shared_ecr.client.pushers.events import Planned, Progress
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.client.pushers.plan import PushPlan
from shared_ecr.client.pushers.planning import Planner
from shared_ecr.client.pushers.push_context import PushContext
from shared_ecr.client.pushers.referring import Referring
from shared_ecr.client.pushers.storing import Storing
from shared_ecr.client.pushers.tallies import OneAtATime
from shared_ecr.client.sources.interface import ImageSource, Manifest
from shared_ecr.model.names import Digest, ImageReference, Tag


class NativePusher:
    """Pushes an image, wherever it comes from, straight to the registry.

    First the plan, by questions alone (is it there, may the tags move), then blobs in parallel, then manifests,
    children before their index, what is about the image, and tags last; then each tag is read back. A push that stops
    anywhere leaves no tag to an image that is not whole, and the next one sends only what is missing.

    *batch_check* answers for a hundred blobs at once (`aws.layers.BatchLayerCheck`), *creation* knows of repositories
    that are missing (`aws.creation.RepositoryCreation`); both are for private ECR and never asked for other hosts. The
    caller that makes the *worker_pools* can stop a push from another thread.
    """

    def __init__(
        self,
        environment: HttpEnvironment | None = None,
        threads: int = THREADS,
        *,
        batch_check: BatchBlobCheck | None = None,
        creation: RepositoryCreator | None = None,
        worker_pools: Callable[[int], WorkerPool] = WorkerPool,
    ) -> None:
        self._environment = environment or HttpEnvironment.of_this_process()
        self._threads = threads
        self._batch_check, self._creation, self._worker_pools = batch_check, creation, worker_pools

    def push(
        self, source: ImageSource, request: PushRequest, credentials: CredentialSource, progress: Progress
    ) -> PushResult:
        """Push *source* to the place that *request* names, without tags by its digest alone.

        A tag that may not move and names this very image already is done: nothing is uploaded. *progress* is called
        with one event at a time, from several threads.

        Raises:
            InvalidImageError: the source is damaged.
            PushRefusedError: the tag may not move, the repository does not exist, or the caller may not push.
            LoginRefusedError: fresh credentials are refused.
            UnavailableError: the registry or the source could not be reached or read.
        """
        with self._context(request, credentials) as context:
            plan = Planner(context, request, source, is_complete=False).plan()
            return _Push(context, request, source, plan, OneAtATime(progress)).run()

    def plan(self, source: ImageSource, request: PushRequest, credentials: CredentialSource) -> PushPlan:
        """Find out what `push` would do, and write nothing; raises what it would raise before the first upload."""
        with self._context(request, credentials) as context:
            return Planner(context, request, source).plan()

    @contextmanager
    def _context(self, request: PushRequest, credentials: CredentialSource) -> Iterator[PushContext]:
        workers = self._worker_pools(self._threads)
        with connected(
            request.host, for_repository(credentials, request.repository), self._environment, workers.stop
        ) as exchange:
            remote = RemoteRepository(exchange, request.repository)
            yield PushContext(remote, workers, self._batch_check, self._creation)


class _Push:
    """The steps of one push, in an order in which none leaves a tag to an image that is not whole."""

    def __init__(
        self, context: PushContext, request: PushRequest, source: ImageSource, plan: PushPlan, progress: Progress
    ) -> None:
        self._context, self._request, self._source = context, request, source
        self._plan, self._progress = plan, progress
        self._storing = Storing(context, plan.place, progress)
        self._referring = Referring(self._storing, context.workers, plan)

    def run(self) -> PushResult:
        plan = self._plan
        for note in plan.notes:
            self._storing.say(note)
        if plan.is_done:
            tags = f" under {', '.join(map(str, self._request.tags))}" if self._request.tags else ""
            self._storing.say(f"{plan.root.digest} is there already{tags}")
            return self._result()
        moving = plan.to_move
        self._progress.happened(Planned(plan.place, len(moving), plan.byte_count, len(plan.blobs) - len(moving)))
        try:
            self._do()
        except BaseException:
            self._say_what_is_kept()
            raise
        return self._result()

    def _do(self) -> None:
        plan = self._plan
        self._create()
        self._context.workers.run([partial(self._storing.send, each) for each in plan.to_move if each.for_image])
        for child in plan.children:
            self._put(child, child.digest)
        if not plan.root_is_there and (plan.missing_referrers or not plan.tags):
            # What is about the image comes before its tag: no pull by the tag finds an image without its signature.
            self._put(plan.root, plan.root.digest)
        self._referring.run()
        for tag in plan.moving:
            self._put(plan.root, tag)
        self._read_back()

    def _create(self) -> None:
        if self._plan.standing is RepositoryState.BY_REQUEST and self._context.creation is not None:
            self._context.creation.create(self._request.host, self._request.repository)
            self._storing.say(
                f"created the repository {self._request.place}: its tags do not move, and images are scanned when "
                "pushed. It is not in the declaration; declare it in registry.yaml for its policies and lifecycle"
            )

    def _put(self, manifest: Manifest, name: Tag | Digest) -> None:
        self._storing.put(manifest, name, self._source.blobs)

    def _read_back(self) -> None:
        """Ask the registry what each new name names; only its own answer makes a push a success."""
        planned = self._plan.root.digest
        names: tuple[Tag | Digest, ...] = self._plan.moving or ((planned,) if not self._plan.tags else ())
        for name in names:
            target = ImageReference(self._request.host, self._request.repository, name)
            held = self._context.remote.held(name)
            if held is ManifestState.UNTOLD:
                self._storing.say(f"{target} was stored; reading it back is not allowed (ecr:BatchGetImage)")
            elif held != planned:
                found = "nothing" if held is ManifestState.MISSING else held
                raise PushRefusedError(
                    f"{target} names {found} after the push of {planned}; another push may run at the same time"
                )

    def _say_what_is_kept(self) -> None:
        done = self._storing.tally.count
        if done:
            self._storing.say(f"stopped; {done} of {len(self._plan.to_move)} blobs are there and will be reused")

    def _result(self) -> PushResult:
        request, tally = self._request, self._storing.tally
        return PushResult(
            reference=ImageReference(request.host, request.repository, self._plan.root.digest),
            tags=request.tags,
            uploaded_blobs=tally.of(UploadOutcome.UPLOADED),
            uploaded_bytes=tally.uploaded_bytes,
            present_blobs=tally.present_among(self._source.blobs),
            mounted_blobs=tally.of(UploadOutcome.MOUNTED),
            referrers=self._referring.stored,
            refused_referrers=self._referring.refused,
        )

"""The pusher of our own: no engine, no daemon, nothing written; threads over urllib3."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from shared_ecr.client.credentials.interface import CredentialSource, for_repository
from shared_ecr.client.distribution.presence import BatchBlobCheck
from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.http.connections import THREADS, HttpEnvironment, connected
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.pushers.creation import RepositoryCreator
from shared_ecr.client.pushers.events import Progress
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.client.pushers.plan import PushPlan
from shared_ecr.client.pushers.planning import Planner
from shared_ecr.client.pushers.push_context import PushContext
from shared_ecr.client.pushers.steps import Push
from shared_ecr.client.pushers.tallies import OneAtATime
from shared_ecr.client.sources import open_source
from shared_ecr.client.sources.interface import ImageSource
from shared_ecr.errors import UsageError


class NativePusher:
    """Pushes an OCI layout, an OCI archive or a docker archive straight to the registry.

    First the plan, by looks alone (is it there, may the tags move), then blobs in parallel, then manifests, children
    before their index, what is about the image, and tags last; then each tag is read back. A push that stops anywhere
    leaves no tag to an image that is not whole, and the next one sends only what is missing.

    *looks* answers for a hundred blobs at once (`aws.layers.LayerLooks`), *creation* knows of repositories that are
    missing (`aws.creation.RepositoryCreation`); both are for private ECR and never asked for other hosts. Who makes the
    *worker_pools* can stop a push from another thread.
    """

    def __init__(
        self,
        environment: HttpEnvironment | None = None,
        threads: int = THREADS,
        *,
        looks: BatchBlobCheck | None = None,
        creation: RepositoryCreator | None = None,
        worker_pools: Callable[[int], WorkerPool] = WorkerPool,
    ) -> None:
        self._environment = environment or HttpEnvironment.of_this_process()
        self._threads = threads
        self._looks, self._creation, self._worker_pools = looks, creation, worker_pools

    def push(self, request: PushRequest, credentials: CredentialSource, progress: Progress) -> PushResult:
        """Push as `Pusher.push` says; *progress* hears one event at a time, from several threads.

        Raises:
            InvalidImageError: the source is no image, or damaged.
            PushRefusedError: the tag may not move, the repository does not exist, or the caller may not push.
            LoginRefusedError: fresh credentials are refused.
            UnavailableError: the registry or the source could not be reached or read.
        """
        _require_tags(request)
        with closing(open_source(request.source)) as source:
            return self.push_image(source, request, credentials, progress)

    def plan(
        self,
        request: PushRequest,
        credentials: CredentialSource,
        progress: Progress | None = None,  # noqa: ARG002 — called like `push`; looks are quick and have nothing to tell
    ) -> PushPlan:
        """Find out what `push` would do, and write nothing; raises what it would raise before the first upload."""
        _require_tags(request)
        with closing(open_source(request.source)) as source:
            return self.plan_image(source, request, credentials)

    def push_image(
        self, source: ImageSource, request: PushRequest, credentials: CredentialSource, progress: Progress
    ) -> PushResult:
        """Push an image that is open already, to the place that *request* names; without tags by digest alone."""
        with self._context(request, credentials) as context:
            return Push(context, source, Planner(context, source).plan(), OneAtATime(progress)).run()

    def plan_image(self, source: ImageSource, request: PushRequest, credentials: CredentialSource) -> PushPlan:
        """Find out what `push_image` would do."""
        with self._context(request, credentials) as context:
            return Planner(context, source).plan()

    @contextmanager
    def _context(self, request: PushRequest, credentials: CredentialSource) -> Iterator[PushContext]:
        workers = self._worker_pools(self._threads)
        with connected(
            request.host, for_repository(credentials, request.repository), self._environment, workers.stop
        ) as exchange:
            remote = RemoteRepository(exchange, request.repository)
            yield PushContext(request, remote, workers, self._looks, self._creation)


def _require_tags(request: PushRequest) -> None:
    if not request.tags:
        raise UsageError("a push needs at least one tag")

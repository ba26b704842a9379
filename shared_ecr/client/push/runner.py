"""One image to one repository: our own pusher for a path, a container engine for a name that it knows."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared_ecr.client.errors import NoSuchRepositoryError
from shared_ecr.client.push.image_sources import Images
from shared_ecr.client.push.options import PushOptions, engine_called
from shared_ecr.client.pushers.events import Message, Progress
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.client.targets import mutability
from shared_ecr.model.names import RepositoryName
from shared_ecr.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared_ecr.client.aws.creation import RepositoryCreation
    from shared_ecr.client.engines.interface import Engine
    from shared_ecr.client.http.workers import WorkerPool
    from shared_ecr.client.pushers.native import NativePusher
    from shared_ecr.client.pushers.plan import PushPlan
    from shared_ecr.client.session import Session
    from shared_ecr.model.mutability import TagMutability


class PushRunner:
    """Pushes images from this machine, for one session; used by several threads."""

    def __init__(
        self, session: "Session", options: PushOptions, images: Images, worker_pools: "Callable[[int], WorkerPool]"
    ) -> None:
        self._session, self._options, self._images, self._worker_pools = session, options, images, worker_pools

    def push(self, request: PushRequest, progress: Progress) -> PushResult:
        """Push one image; raises as `push.push` says."""
        if request.by_engine:
            return self._push_by_engine(request, progress)
        source = self._images.open(request.source)
        return self._native(request).push(source, self._with_rule(request), self._session.credentials, progress)

    def plan(self, request: PushRequest) -> "PushPlan":
        """Find out what `push` would do, for an image that is not an engine's."""
        source = self._images.open(request.source)
        return self._native(request).plan(source, self._with_rule(request), self._session.credentials)

    def _with_rule(self, request: PushRequest) -> PushRequest:
        """Add the rule for moving tags; there is none in a repository that is still to be created."""
        try:
            return replace(request, mutability=self._rule(request))
        except NoSuchRepositoryError:
            # The pusher finds out whether something creates it.
            return request

    def _rule(self, request: PushRequest) -> "TagMutability | None":
        name = RepositoryName(request.repository)
        return mutability(request.host, name, self._session.where, self._session.clients)

    def _native(self, request: PushRequest) -> "NativePusher":
        from shared_ecr.client.pushers.native import NativePusher

        session = self._session
        if request.host.ecr is None:
            return NativePusher(session.environment, worker_pools=self._worker_pools)
        from shared_ecr.client.aws.layers import BatchLayerCheck

        return NativePusher(
            session.environment,
            batch_check=BatchLayerCheck(session.clients),
            creation=self._creation,
            worker_pools=self._worker_pools,
        )

    def _push_by_engine(self, request: PushRequest, progress: Progress) -> PushResult:
        from shared_ecr.client.distribution.looking import ManifestReader
        from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
        from shared_ecr.client.pushers.engine import EnginePusher

        session = self._session
        try:
            request = replace(request, mutability=self._rule(request))
        except NoSuchRepositoryError as missing:
            self._create(request, missing, progress)
        reader = ManifestReader(session.credentials, session.environment)
        pusher = EnginePusher(self._engine, reader, registry_override=session.environ.get(ENDPOINT_VARIABLE))
        return pusher.push(request, session.credentials, progress)

    def _create(self, request: PushRequest, missing: NoSuchRepositoryError, progress: Progress) -> None:
        """Create what an engine cannot; leave it to a creation template where one applies or might."""
        prefix = self._creation.template_for(request.host, request.repository)
        if prefix:
            return
        if not self._options.create:
            if prefix is None:
                return
            raise missing
        self._creation.create(request.host, request.repository)
        progress.happened(Message(request.place, f"created the repository {request.place}"))

    @cached_property
    def _creation(self) -> "RepositoryCreation":
        from shared_ecr.client.aws.creation import RepositoryCreation

        return RepositoryCreation(self._session.clients)

    @cached_property
    def _engine(self) -> "Engine":
        return engine_called(self._options.engine, self._session)

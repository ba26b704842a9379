"""One image to one repository: who moves it, and what that pusher is told."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared_ecr.client.errors import NoSuchRepositoryError
from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
from shared_ecr.client.push.image_sources import Images
from shared_ecr.client.push.jobs import ResolvedPush
from shared_ecr.client.push.options import PushOptions, engine_called
from shared_ecr.client.pushers.events import Message, Progress
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.client.targets import mutability
from shared_ecr.model.mutability import TagMutability

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared_ecr.client.aws.creation import RepositoryCreation
    from shared_ecr.client.engines.interface import Engine
    from shared_ecr.client.http.workers import WorkerPool
    from shared_ecr.client.pushers.native import NativePusher
    from shared_ecr.client.pushers.plan import PushPlan
    from shared_ecr.client.session import Session


class PushRunner:
    """Carries images from this machine to repositories, for one session; used by several threads."""

    def __init__(
        self, session: "Session", options: PushOptions, images: Images, worker_pools: "Callable[[int], WorkerPool]"
    ) -> None:
        self._session, self._options, self._images, self._worker_pools = session, options, images, worker_pools

    def push(self, resolved: ResolvedPush, mount_from: tuple[str, ...], progress: Progress) -> PushResult:
        """Push one image; *mount_from* are repositories of the same registry that have it.

        Raises as `moving.push` says.
        """
        if resolved.by_engine:
            return self._push_by_engine(resolved, progress)
        source = self._images.open(resolved.order.image)
        request = self._request(resolved, self._rule(resolved), mount_from)
        return self._native().push_image(source, request, self._session.credentials, progress)

    def plan(self, resolved: ResolvedPush, mount_from: tuple[str, ...]) -> "PushPlan":
        """Find out what `push` would do, for an image that is no engine's."""
        source = self._images.open(resolved.order.image)
        request = self._request(resolved, self._rule(resolved), mount_from)
        return self._native().plan_image(source, request, self._session.credentials)

    def _rule(self, resolved: ResolvedPush) -> TagMutability | None:
        """Return the rule for moving tags; there is none in a repository that is still to be created."""
        try:
            return mutability(resolved.host, resolved.repository, self._session.where, self._session.clients)
        except NoSuchRepositoryError:
            # The pusher finds out whether something creates it.
            return None

    def _request(self, resolved: ResolvedPush, rule: TagMutability | None, mount_from: tuple[str, ...]) -> PushRequest:
        options = self._options
        return PushRequest(
            resolved.order.image,
            resolved.host,
            resolved.repository.text,
            resolved.tags,
            rule,
            mount_from=mount_from,
            referrers=options.referrers,
            create=options.create,
        )

    def _native(self) -> "NativePusher":
        from shared_ecr.client.aws.layers import BatchLayerCheck
        from shared_ecr.client.pushers.native import NativePusher

        session = self._session
        looks = BatchLayerCheck(session.clients)
        return NativePusher(session.environment, looks=looks, creation=self._creation, worker_pools=self._worker_pools)

    def _push_by_engine(self, resolved: ResolvedPush, progress: Progress) -> PushResult:
        from shared_ecr.client.distribution.looking import ManifestReader
        from shared_ecr.client.pushers.engine import EnginePusher

        session = self._session
        try:
            rule = mutability(resolved.host, resolved.repository, session.where, session.clients)
        except NoSuchRepositoryError as missing:
            self._create(resolved, missing, progress)
            rule = None
        looks = ManifestReader(session.credentials, session.environment)
        pusher = EnginePusher(self._engine, looks, registry_override=session.environ.get(ENDPOINT_VARIABLE))
        return pusher.push(self._request(resolved, rule, ()), session.credentials, progress)

    def _create(self, resolved: ResolvedPush, missing: NoSuchRepositoryError, progress: Progress) -> None:
        """Create what an engine cannot; leave it to a creation template where one applies or might."""
        prefix = self._creation.template_for(resolved.host, resolved.repository.text)
        if prefix:
            return
        if not self._options.create:
            if prefix is None:
                return
            raise missing
        self._creation.create(resolved.host, resolved.repository.text)
        progress.happened(Message(resolved.place, f"created the repository {resolved.place}"))

    @cached_property
    def _creation(self) -> "RepositoryCreation":
        from shared_ecr.client.aws.creation import RepositoryCreation

        return RepositoryCreation(self._session.clients)

    @cached_property
    def _engine(self) -> "Engine":
        return engine_called(self._options.engine, self._session)

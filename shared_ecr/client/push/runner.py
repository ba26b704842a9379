"""One image to one repository: who moves it, and what that pusher is told."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared_ecr.client.errors import NoSuchRepositoryError
from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
from shared_ecr.client.push.image_sources import Images
from shared_ecr.client.push.jobs import Errand
from shared_ecr.client.push.options import PushOptions, engine_called
from shared_ecr.client.pushers.events import Progress, Told
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.client.targets import mutability
from shared_ecr.model.mutability import TagMutability

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared_ecr.client.aws.creation import RepositoryCreation
    from shared_ecr.client.engines.interface import Engine
    from shared_ecr.client.http.workers import Crew
    from shared_ecr.client.pushers.native import NativePusher
    from shared_ecr.client.pushers.plan import PushPlan
    from shared_ecr.client.session import Session


class Carrier:
    """Carries images from this machine to repositories, for one session; used by several threads."""

    def __init__(
        self, session: "Session", options: PushOptions, images: Images, crews: "Callable[[int], Crew]"
    ) -> None:
        self._session, self._options, self._images, self._crews = session, options, images, crews

    def push(self, errand: Errand, mount_from: tuple[str, ...], progress: Progress) -> PushResult:
        """Push one image; *mount_from* are repositories of the same registry that have it.

        Raises as `moving.push` says.
        """
        if errand.by_engine:
            return self._push_by_engine(errand, progress)
        source = self._images.open(errand.order.image)
        request = self._request(errand, self._rule(errand), mount_from)
        return self._native().push_image(source, request, self._session.credentials, progress)

    def plan(self, errand: Errand, mount_from: tuple[str, ...]) -> "PushPlan":
        """Find out what `push` would do, for an image that is no engine's."""
        source = self._images.open(errand.order.image)
        request = self._request(errand, self._rule(errand), mount_from)
        return self._native().plan_image(source, request, self._session.credentials)

    def _rule(self, errand: Errand) -> TagMutability | None:
        """Return the rule for moving tags; there is none in a repository that is still to be created."""
        try:
            return mutability(errand.host, errand.repository, self._session.where, self._session.clients)
        except NoSuchRepositoryError:
            # The pusher finds out whether something creates it.
            return None

    def _request(self, errand: Errand, rule: TagMutability | None, mount_from: tuple[str, ...]) -> PushRequest:
        options = self._options
        return PushRequest(
            errand.order.image,
            errand.host,
            errand.repository.text,
            errand.tags,
            rule,
            mount_from=mount_from,
            referrers=options.referrers,
            create=options.create,
        )

    def _native(self) -> "NativePusher":
        from shared_ecr.client.aws.layers import LayerLooks  # noqa: PLC0415 — start-up time
        from shared_ecr.client.pushers.native import NativePusher  # noqa: PLC0415 — start-up time

        session = self._session
        looks = LayerLooks(session.clients)
        return NativePusher(session.surroundings, looks=looks, creation=self._creation, crews=self._crews)

    def _push_by_engine(self, errand: Errand, progress: Progress) -> PushResult:
        from shared_ecr.client.distribution.looking import RegistryLooks  # noqa: PLC0415 — start-up time
        from shared_ecr.client.pushers.engine import EnginePusher  # noqa: PLC0415 — start-up time

        session = self._session
        try:
            rule = mutability(errand.host, errand.repository, session.where, session.clients)
        except NoSuchRepositoryError as missing:
            self._create(errand, missing, progress)
            rule = None
        looks = RegistryLooks(session.credentials, session.surroundings)
        pusher = EnginePusher(self._engine, looks, registry_override=session.environ.get(ENDPOINT_VARIABLE))
        return pusher.push(self._request(errand, rule, ()), session.credentials, progress)

    def _create(self, errand: Errand, missing: NoSuchRepositoryError, progress: Progress) -> None:
        """Create what an engine cannot; leave it to a creation template where one applies or might."""
        prefix = self._creation.template_for(errand.host, errand.repository.text)
        if prefix:
            return
        if not self._options.create:
            if prefix is None:
                return
            raise missing
        self._creation.create(errand.host, errand.repository.text)
        progress.happened(Told(errand.place, f"created the repository {errand.place}"))

    @cached_property
    def _creation(self) -> "RepositoryCreation":
        from shared_ecr.client.aws.creation import RepositoryCreation  # noqa: PLC0415 — start-up time

        return RepositoryCreation(self._session.clients)

    @cached_property
    def _engine(self) -> "Engine":
        return engine_called(self._options.engine, self._session)

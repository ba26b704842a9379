"""One mirror at work: the repository there and the one here, both open."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from shared_ecr.client.copying import Copying, CopyOptions, request_for, rule_of, verify
from shared_ecr.client.distribution.opening import opened
from shared_ecr.client.distribution.repository import ManifestState
from shared_ecr.client.distribution.tags import list_tags
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.mirroring.outcomes import Mirrored, MirrorOutcome
from shared_ecr.client.pushers.events import Progress
from shared_ecr.client.sources.registry import RegistryImage
from shared_ecr.client.targets import locate_anywhere
from shared_ecr.findings.errors import ExitCode, RefusedError
from shared_ecr.model.mirrors import Chosen, Mirror
from shared_ecr.model.names import Digest, ImageReference
from shared_ecr.records import field, record

if TYPE_CHECKING:
    from shared_ecr.client.session import Session
    from shared_ecr.client.signatures import TrustedSigner


@record
class PendingCopy:
    """An image that is to be copied."""

    chosen: Chosen
    digest: Digest
    """What will be here."""
    moves: bool
    """Whether its tag names another image here now."""
    image: RegistryImage | None = field(repr=False, default=None)
    """Where it had to be read to know the digest."""


class Pair:
    """Both sides of one mirror; a context manager, whose images are handled by several threads."""

    def __init__(self, mirror: Mirror, session: "Session", signer: "TrustedSigner | None" = None) -> None:
        """Open both.

        Raises:
            UsageError, RefusedError, UnavailableError: no one can know where the repository here is.
        """
        self.mirror, self._session, self._signer = mirror, session, signer
        self._here = locate_anywhere(mirror.target.text, session.where, session.clients)
        self._rule = rule_of(self._here, session)
        source, here, login, around = mirror.source, self._here, session.credentials, session.environment
        with ExitStack() as stack:
            self._upstream = stack.enter_context(opened(source.host, source.path, login, around))
            self._local = stack.enter_context(opened(here.host, here.repository.text, login, around))
            self._stack = stack.pop_all()

    @property
    def place(self) -> str:
        """The repository here with its registry, as progress is shown of it."""
        return self._here.uri

    def choose(self) -> tuple[Chosen, ...]:
        """Return what the mirror means now; the upstream is asked for its tags where a pattern needs them."""
        return self.mirror.choose(list_tags(self._upstream) if self.mirror.patterns else ())

    def look(self, chosen: Chosen) -> Mirrored | PendingCopy:
        """Compare both sides; nothing is changed.

        Raises:
            RefusedError: there is no such image or platform upstream, or the caller may not look.
            InvalidImageError: it is not an image.
            UnavailableError: no credentials or no network.
            UnverifiedImageError: it is here already, and has no signature that is wanted.
        """
        there = self._upstream.held(chosen.there)
        if there is ManifestState.MISSING:
            source = self.mirror.source
            raise RefusedError(f"there is no {ImageReference(source.host, source.path, chosen.there)}")
        image = None
        if self.mirror.platforms or not isinstance(there, Digest):
            name = there if isinstance(there, Digest) else chosen.there
            image = RegistryImage(self._upstream, name, self.mirror.platforms)
            there = image.root.digest
        held = self._local.held(chosen.here or there)
        if held == there:
            self._verify_present(chosen, image.found if image else there)
            return Mirrored(self.mirror, chosen, MirrorOutcome.PRESENT, there)
        moves = isinstance(held, Digest)
        if moves and chosen.here and self._rule is not None and not self._rule.allows_moving(chosen.here):
            why = (
                f"it names {held} here and may not move; upstream it names {there} now. Write {chosen.here}@{held} "
                "under 'tags' to keep what is here, or except the tag in 'tag_mutability'"
            )
            return Mirrored(self.mirror, chosen, MirrorOutcome.REFUSED, there, why, ExitCode.FINDINGS)
        return PendingCopy(chosen, there, moves, image)

    def _verify_present(self, chosen: Chosen, digest: Digest) -> None:
        """Check also what is here already: it may have been copied before signatures were asked for.

        Raises:
            UnverifiedImageError: it has no such signature.
            UnavailableError: the program that checks it is missing or fails.
        """
        if self._signer is not None:
            from shared_ecr.client.signatures import SignatureCheck

            source = self.mirror.source
            there = ImageReference(source.host, source.path, chosen.there)
            here = f"{self.mirror.target.text}{f':{chosen.here}' if chosen.here else f'@{digest}'}"
            otherwise = f"{here} has it already; delete it there ('shared-ecr delete {here}'), or have it signed"
            SignatureCheck(self._signer, self._session).verify(there, digest, otherwise)

    def copy(self, due: PendingCopy, progress: Progress, worker_pools: Callable[[int], WorkerPool]) -> Mirrored:
        """Have the image here; raises as `copying.copy` does."""
        tags = (due.chosen.here,) if due.chosen.here else ()
        request = request_for(self._upstream, self._here, tags, self._rule, CopyOptions(self.mirror.platforms))
        image = due.image or RegistryImage(self._upstream, due.digest)
        source = self.mirror.source
        there = ImageReference(source.host, source.path, due.chosen.there)
        verify(self._signer, self._session, there, image.found)
        Copying(image, self._session, request, worker_pools).run(progress)
        return Mirrored(
            self.mirror, due.chosen, MirrorOutcome.UPDATED if due.moves else MirrorOutcome.COPIED, due.digest
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

"""Copy an image from one registry to another: the road, from two names to a digest.

addresses  of both sides, each as declared, deployed or written out; each side has its own login
manifests  of the source, byte for byte as they are, or an index cut down to the platforms that are wanted
plan       what is missing there; a tag that may not move and names another image ends it here
blobs      mounted where both sides are one registry, else streamed from one connection to the other, hashed on the way
manifests  children before their index, the tags last, each read back
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shared_ecr.client.distribution.opening import opened
from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.errors import NoSuchRepositoryError
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.pushers.events import NullProgress, Progress
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.client.sources.registry import RegistryImage
from shared_ecr.client.targets import TargetRepositoryName, locate_anywhere, mutability
from shared_ecr.findings.errors import UsageError
from shared_ecr.model.mutability import TagMutability
from shared_ecr.model.names import Digest, ImageReference, Tag
from shared_ecr.model.names.platforms import Platform
from shared_ecr.records import field, record
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from shared_ecr.client.pushers.plan import PushPlan
    from shared_ecr.client.scanning.gate import PromotionGate
    from shared_ecr.client.session import Session
    from shared_ecr.client.signatures import TrustedSigner


@record
class CopyOptions:
    """What of an image is copied."""

    platforms: tuple[Platform, ...] = ()
    """Which images of an index; all of them without any."""
    referrers: bool = True
    """Whether signatures, SBOMs and attestations go along."""
    create: bool = False
    """Whether a repository that is missing in private ECR is created."""
    signer: "TrustedSigner | None" = None
    """Whose signature the source must have, which is checked before anything of it is copied; None for no check."""
    gate: "PromotionGate | None" = None
    """What the scans of the source must not have found, checked before anything of it is copied; None for no check."""


WHOLE = CopyOptions()


@record
class Copying:
    """One image in one registry, and the repository to copy it to; nothing is written yet."""

    image: RegistryImage
    session: "Session" = field(repr=False)
    request: PushRequest
    worker_pools: Callable[[int], WorkerPool] = WorkerPool
    """Makes the threads that move blobs, which stop with others where several images are copied."""

    def run(self, progress: Progress) -> PushResult:
        """Copy what is missing; see `copy` for what is raised."""
        return self._pusher().push(self.image, self.request, self.session.credentials, progress)

    def plan(self) -> "PushPlan":
        """Find out what `run` would do."""
        return self._pusher().plan(self.image, self.request, self.session.credentials)

    def _pusher(self) -> NativePusher:
        from shared_ecr.client.aws.creation import RepositoryCreation
        from shared_ecr.client.aws.layers import BatchLayerCheck

        clients = self.session.clients
        return NativePusher(
            self.session.environment,
            batch_check=BatchLayerCheck(clients),
            creation=RepositoryCreation(clients),
            worker_pools=self.worker_pools,
        )


def copy(
    source: str, target: str, session: "Session", options: CopyOptions = WHOLE, progress: Progress | None = None
) -> PushResult:
    """Copy the image *source* to *target* (`REPOSITORY[:TAG…]`, or with a host) and return what is there now.

    A target without a tag gets that of the source; a source by digest alone is stored without one.

    Raises:
        InvalidValueError, UsageError: a name outside its grammar, or no repository of that name is known.
        InvalidImageError: what the source holds is not an image, or its bytes are not those that its digests name.
        PushRefusedError: a tag names another image and may not move; access to the target is denied.
        RefusedError: there is no such image or platform, or the caller may not read it; or it is not signed as wanted.
        BlockedImageError, UnfinishedScanError: the gate stops the source.
        UnavailableError: no credentials or no network.
    """
    with prepared(source, target, session, options) as copying:
        return copying.run(progress or NullProgress())


@contextmanager
def prepared(source: str, target: str, session: "Session", options: CopyOptions = WHOLE) -> Iterator[Copying]:
    """Give the block the copy of *source* to *target* before it is made: `plan` says what it does, `run` does it."""
    there = locate_anywhere(source, session.where, session.clients).image(source)
    here = locate_anywhere(target, session.where, session.clients)
    if here.digest is not None:
        raise UsageError(f"{quoted(target)} names a digest; an image is stored under its own, so name only tags")
    tags = here.tags or _tags_of(there)
    rule = rule_of(here, session)
    with opened(there.host, there.repository, session.credentials, session.environment) as remote:
        image = RegistryImage(remote, there.name, options.platforms)
        verify(options.signer, session, there, image.found)
        copying = Copying(image, session, request_for(remote, here, tags, rule, options))
        if options.gate is not None:
            # What the target refuses, such as a tag that may not move, is refused before a wait of minutes.
            copying.plan()
            options.gate.check(session, there, image.manifests)
        yield copying


def verify(signer: "TrustedSigner | None", session: "Session", there: ImageReference, digest: Digest) -> None:
    """Check the signature of the image *digest*, where one is wanted, before it is copied; see `signatures`."""
    if signer is not None:
        from shared_ecr.client.signatures import SignatureCheck

        SignatureCheck(signer, session).verify(there, digest)


def rule_of(here: TargetRepositoryName, session: "Session") -> TagMutability | None:
    """Return which tags may move there, or None where it is not known; in a missing repository nothing has to stay."""
    try:
        return mutability(here.host, here.repository, session.where, session.clients)
    except NoSuchRepositoryError:
        # The pusher finds out whether something creates it.
        return None


def request_for(
    source: RemoteRepository,
    here: TargetRepositoryName,
    tags: tuple[Tag, ...],
    rule: TagMutability | None,
    options: CopyOptions,
) -> PushRequest:
    """Say what is pushed of an image in *source*; where both are one registry, its layers are taken from there."""
    is_one_registry = source.exchange.endpoint.registry.canonical == here.host.canonical
    return PushRequest(
        source=f"{source.exchange.registry}/{source.name}",
        host=here.host,
        repository=here.repository.text,
        tags=tags,
        mutability=rule,
        mount_from=(source.name,) if is_one_registry else (),
        referrers=options.referrers,
        create=options.create,
    )


def _tags_of(there: ImageReference) -> tuple[Tag, ...]:
    """Return the tag that the source was named by; none for a digest alone."""
    tag = there.tag if isinstance(there.name, Digest) else there.name
    return (tag,) if tag is not None else ()

"""What is asked for: images, and the repositories and tags that each shall go to; and all that is wrong with that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared_ecr.client.push.options import PushOptions, is_for_engine, require_image
from shared_ecr.client.sources import STDIN
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.client.targets import locate_anywhere
from shared_ecr.errors import ExitCode, InvalidValueError, SharedEcrError, UsageError
from shared_ecr.names import Region, RegistryHost, RepositoryName, Tag
from shared_ecr.problems import InvalidDeclarationError, Position, Problem, Severity, in_file_order, render
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from shared_ecr.client.session import Session


@dataclass(frozen=True, slots=True)
class PushJob:
    """One image for one repository, as a person asks for it."""

    image: str
    """A path (OCI layout, OCI archive, `docker save` archive), `-` for stdin, or a name that an engine knows."""
    target: str
    """`REPOSITORY:TAG[:TAG…]`, or with the registry's host."""
    region: Region | None = None
    """Which Region of the declared registry; None for the session's. A target with a host has its own."""
    image_at: Position | None = None
    """Where in which file the image is asked for."""
    target_at: Position | None = None


@dataclass(frozen=True, slots=True)
class ResolvedPush:
    """An order whose names are read: where to go is known, and nobody has gone."""

    order: PushJob
    host: RegistryHost
    repository: RepositoryName
    tags: tuple[Tag, ...]
    by_engine: bool
    """Whether a container engine moves the image."""

    @property
    def place(self) -> str:
        """The repository with its registry, as people read it."""
        return f"{self.host}/{self.repository}"


@dataclass(frozen=True, slots=True)
class JobFault:
    """What is wrong with one order."""

    order: PushJob
    error: SharedEcrError
    at: Position | None = None

    def as_problem(self) -> Problem:
        """Return it in the form that every fault of a file is told in."""
        file = self.at.file if self.at else ""
        match self.error:
            case InvalidValueError(what=what, why=why, fix=fix, code=code):
                return Problem(code, Severity.ERROR, what, why, fix, file=file, position=self.at)
            case _:
                return Problem("image-order", Severity.ERROR, str(self.error), file=file, position=self.at)

    def __str__(self) -> str:
        return str(self.as_problem()) if self.at else str(self.error)


class InvalidJobsError(SharedEcrError):
    """Some orders cannot be meant; nothing was sent for any."""

    exit_code = ExitCode.INVALID

    def __init__(self, faults: Sequence[JobFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(_told(faults)))

    @property
    def is_placed(self) -> bool:
        """Whether each line begins with the place in a file."""
        return all(fault.at is not None for fault in self.faults)

    @staticmethod
    def of(faults: Sequence[JobFault]) -> SharedEcrError:
        """Return the error of *faults*: that of the one, where one argument is all that is wrong."""
        is_one = len(_told(faults)) == 1 and faults[0].at is None
        return faults[0].error if is_one else InvalidJobsError(faults)


def _told(faults: Sequence[JobFault]) -> list[str]:
    """Render each fault once: those of arguments first, then those of files as they stand there."""
    said = dict.fromkeys(str(fault) for fault in faults if fault.at is None)
    placed = in_file_order(fault.as_problem() for fault in faults if fault.at is not None)
    return [*said, *([render(placed)] if placed else [])]


def read_orders(
    orders: Iterable[PushJob], session: "Session", options: PushOptions
) -> tuple["list[ResolvedPush | JobFault]", "list[JobFault]"]:
    """Return, for each order, where it goes or why nobody can tell, and all faults of those that cannot be meant.

    The first list keeps the sequence. In the second are only invalid orders: an address that could not be asked for
    is no fault of whoever asks.

    Raises:
        InvalidDeclarationError: the declaration, by which names are understood, has problems.
    """
    read: list[ResolvedPush | JobFault] = []
    invalid: list[JobFault] = []
    for order in orders:
        by_engine = is_for_engine(order.image, options)
        try:
            if not by_engine:
                require_image(order.image)
        except InvalidImageError as error:
            invalid.append(JobFault(order, error, order.image_at))
        try:
            read.append(_resolved(order, session, by_engine=by_engine))
        except InvalidDeclarationError:
            raise
        except SharedEcrError as error:
            fault = JobFault(order, error, order.target_at)
            read.append(fault)
            if error.exit_code is ExitCode.INVALID:
                invalid.append(fault)
    return read, invalid + _contradictions([each for each in read if isinstance(each, ResolvedPush)])


def _resolved(order: PushJob, session: "Session", *, by_engine: bool) -> ResolvedPush:
    where = session.where.in_region(order.region) if order.region else session.where
    found = locate_anywhere(order.target, where, session.clients)
    if found.digest is not None:
        raise UsageError(f"{quoted(order.target)} names a digest; an image is stored under its own, so name only tags")
    if not found.tags:
        raise UsageError(
            f"{quoted(order.target)} names no tag; write {order.target}:TAG, and more tags as {order.target}:TAG:TAG"
        )
    return ResolvedPush(order, found.host, found.repository, found.tags, by_engine)


def _contradictions(resolved_pushes: Sequence[ResolvedPush]) -> list[JobFault]:
    """Find what cannot be done though each order alone could: two images for one tag, stdin for several."""
    faults: list[JobFault] = []
    images: dict[tuple[str, Tag], str] = {}
    for resolved in resolved_pushes:
        for tag in resolved.tags:
            image = images.setdefault((resolved.place, tag), resolved.order.image)
            if image != resolved.order.image:
                what = f"{resolved.place}:{tag} cannot name both {quoted(image)} and {quoted(resolved.order.image)}"
                faults.append(JobFault(resolved.order, UsageError(what), resolved.order.target_at))
    piped = dict.fromkeys(image for image in images.values() if image.partition("#")[0] == STDIN)
    if len(piped) > 1:
        other = next(each.order for each in resolved_pushes if each.order.image == list(piped)[1])
        what = f"stdin is read once, so it cannot be {' and '.join(map(quoted, piped))}"
        faults.append(JobFault(other, UsageError(what), other.image_at))
    return faults

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
from shared_ecr.problems import InvalidDeclarationError, Position, Problem, in_file_order, render
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from shared_ecr.client.session import Session


@dataclass(frozen=True, slots=True)
class Order:
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
class Errand:
    """An order whose names are read: where to go is known, and nobody has gone."""

    order: Order
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
class Fault:
    """What is wrong with one order."""

    order: Order
    error: SharedEcrError
    at: Position | None = None

    def as_problem(self) -> Problem:
        """Return it in the form that every fault of a file is told in."""
        file = self.at.file if self.at else ""
        match self.error:
            case InvalidValueError(what=what, why=why, fix=fix, code=code):
                return Problem(file, self.at, "", what, code, why, fix)
            case _:
                return Problem(file, self.at, "", str(self.error), "image-order")

    def __str__(self) -> str:
        return str(self.as_problem()) if self.at else str(self.error)


class InvalidOrdersError(SharedEcrError):
    """Some orders cannot be meant; nothing was sent for any."""

    exit_code = ExitCode.INVALID

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(_told(faults)))

    @property
    def is_placed(self) -> bool:
        """Whether each line begins with the place in a file."""
        return all(fault.at is not None for fault in self.faults)

    @staticmethod
    def of(faults: Sequence[Fault]) -> SharedEcrError:
        """Return the error of *faults*: that of the one, where one argument is all that is wrong."""
        is_one = len(_told(faults)) == 1 and faults[0].at is None
        return faults[0].error if is_one else InvalidOrdersError(faults)


def _told(faults: Sequence[Fault]) -> list[str]:
    """Render each fault once: those of arguments first, then those of files as they stand there."""
    said = dict.fromkeys(str(fault) for fault in faults if fault.at is None)
    placed = in_file_order(fault.as_problem() for fault in faults if fault.at is not None)
    return [*said, *([render(placed)] if placed else [])]


def read_orders(
    orders: Iterable[Order], session: "Session", options: PushOptions
) -> tuple["list[Errand | Fault]", "list[Fault]"]:
    """Return, for each order, where it goes or why nobody can tell, and all faults of those that cannot be meant.

    The first list keeps the sequence. In the second are only invalid orders: an address that could not be asked for
    is no fault of whoever asks.

    Raises:
        InvalidDeclarationError: the declaration, by which names are understood, has problems.
    """
    read: list[Errand | Fault] = []
    invalid: list[Fault] = []
    for order in orders:
        by_engine = is_for_engine(order.image, options)
        try:
            if not by_engine:
                require_image(order.image)
        except InvalidImageError as error:
            invalid.append(Fault(order, error, order.image_at))
        try:
            read.append(_errand(order, session, by_engine=by_engine))
        except InvalidDeclarationError:
            raise
        except SharedEcrError as error:
            fault = Fault(order, error, order.target_at)
            read.append(fault)
            if error.exit_code is ExitCode.INVALID:
                invalid.append(fault)
    return read, invalid + _contradictions([each for each in read if isinstance(each, Errand)])


def _errand(order: Order, session: "Session", *, by_engine: bool) -> Errand:
    where = session.where.in_region(order.region) if order.region else session.where
    found = locate_anywhere(order.target, where, session.clients)
    if found.digest is not None:
        raise UsageError(f"{quoted(order.target)} names a digest; an image is stored under its own, so name only tags")
    if not found.tags:
        raise UsageError(
            f"{quoted(order.target)} names no tag; write {order.target}:TAG, and more tags as {order.target}:TAG:TAG"
        )
    return Errand(order, found.host, found.repository, found.tags, by_engine)


def _contradictions(errands: Sequence[Errand]) -> list[Fault]:
    """Find what cannot be done though each order alone could: two images for one tag, stdin for several."""
    faults: list[Fault] = []
    images: dict[tuple[str, Tag], str] = {}
    for errand in errands:
        for tag in errand.tags:
            image = images.setdefault((errand.place, tag), errand.order.image)
            if image != errand.order.image:
                what = f"{errand.place}:{tag} cannot name both {quoted(image)} and {quoted(errand.order.image)}"
                faults.append(Fault(errand.order, UsageError(what), errand.order.target_at))
    piped = dict.fromkeys(image for image in images.values() if image.partition("#")[0] == STDIN)
    if len(piped) > 1:
        other = next(each.order for each in errands if each.order.image == list(piped)[1])
        what = f"stdin is read once, so it cannot be {' and '.join(map(quoted, piped))}"
        faults.append(Fault(other, UsageError(what), other.image_at))
    return faults

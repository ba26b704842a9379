"""The values that are assumed where only a deployment knows them, and which of them a reading depends on.

A template leaves values open: a parameter without a given value, the Region, an import. One reading of a template
assumes one value for each of them; `review.worlds` reads it again under every other assumption that can make a
difference. Which assumptions those are is collected here while a template is read: the literals that conditions and
mappings compare an open value with, and "any other value".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum

from shared_ecr.records import field, record


class Other(Enum):
    """The value of something open that equals nothing that the template compares it with."""

    VALUE = "another value"


OTHER = Other.VALUE


@record
class Default:
    """The default of a parameter: each side of a review takes its own, for a default can change with the template."""

    value: str
    """The default of the side that has one, for a side that has none."""


Assumed = str | Other | Default


@record(order=True)
class OpenValue:
    """One value that a deployment decides: a parameter, a pseudo parameter, an import, the answer of a comparison."""

    stack: str
    """The stack whose deployment decides it; a nested stack shares the open values of its root."""
    name: str
    """As `${Deployed:NAME}` has it."""

    def __str__(self) -> str:
        return self.name


@record(order=True)
class Unit:
    """One resource of a stack, as long as it is read."""

    stack: str
    logical_id: str
    type: str = ""


Candidates = dict[Assumed, None]
"""The values that can make a difference, the one that is assumed first in front."""
Touched = dict[OpenValue, Candidates]


def add_touched(known: Touched, touched: Touched) -> None:
    """Add to *known* what *touched* has, each candidate once and in order."""
    for value, candidates in touched.items():
        known.setdefault(value, {}).update(candidates)


def _never(_stack: str, _name: str) -> bool:
    return False


@record(frozen=False, slots=False)
class WorldAssumptions:
    """The values assumed in one reading, and what this reading depended on."""

    values: Mapping[OpenValue, Assumed] = field(default_factory=dict)
    """Where a value is missing, its first candidate is assumed."""
    units: dict[Unit, Touched] = field(default_factory=dict)
    """The resources that a review judges, each with the open values it depends on."""
    impossible: set[Unit] = field(default_factory=set)
    """Resources that cannot be deployed under these assumptions: a mapping lacks the key."""
    is_redefined: Callable[[str, str], bool] = _never
    """Whether an open value, by its stack and name, is given by something else than on the previous side."""

    def __post_init__(self) -> None:
        self._open: list[Touched] = []
        self._is_impossible = False

    def choose(self, value: OpenValue, candidates: Iterable[Assumed]) -> Assumed:
        """Return what is assumed of *value*, and remember that the reading depends on it.

        Args:
            value: what is open.
            candidates: what it may be; the first one is assumed where nothing else is.
        """
        found: Candidates = dict.fromkeys(candidates)
        for touched in self._open:
            touched.setdefault(value, {}).update(found)
        return self.values.get(value, next(iter(found), OTHER))

    def give_up(self) -> None:
        """Note that what is being read cannot be deployed under these assumptions."""
        self._is_impossible = True

    @contextmanager
    def recording(self) -> Iterator[Touched]:
        """Collect what the reading inside depends on."""
        touched: Touched = {}
        self._open.append(touched)
        try:
            yield touched
        finally:
            # By identity: two frames may have collected the same.
            self._open = [each for each in self._open if each is not touched]

    def repeat(self, touched: Touched) -> None:
        """Note again what an answer that was kept depends on."""
        for each in self._open:
            add_touched(each, touched)

    @contextmanager
    def unit(self, unit: Unit) -> Iterator[None]:
        """Collect what the resource read inside depends on."""
        self._is_impossible = False
        with self.recording() as touched:
            yield
        if self._is_impossible:
            self.impossible.add(unit)
        add_touched(self.units.setdefault(unit, {}), touched)

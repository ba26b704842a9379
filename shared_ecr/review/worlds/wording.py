"""In which worlds something holds, in as few words as say it: `if Env is prod`."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from shared_ecr.review.documents.assumptions import OTHER, Assumed, Default, OpenValue
from shared_ecr.review.documents.stack_assumptions import NO, YES
from shared_ecr.review.worlds.combinations import Values
from shared_ecr.text import visible

# More cases than this are counted.
_MOST_CASES = 3


class Wording:
    """Describes sets of worlds among all those that were read."""

    def __init__(self, worlds: Sequence[Values]) -> None:
        self._worlds = worlds
        stacks = {value.stack for values in worlds for value in values}
        self._is_one_stack = len(stacks) <= 1
        texts = {(value, each) for values in worlds for value, each in values.items() if isinstance(each, str)}
        # Where a default changes with the template, it is not one text.
        self._changing = {value for value, each in _defaults(worlds) if (value, each.value) in texts}

    def condition(self, held_in: AbstractSet[int], about: AbstractSet[OpenValue] | None = None) -> str:
        """Return `if …` for the worlds numbered *held_in*, empty where these are all.

        Args:
            held_in: the numbers of the worlds.
            about: the open values that can matter; others vary beside them by chance. By default all.
        """
        if len(held_in) == len(self._worlds):
            return ""
        names = [name for name in self._worlds[0] if about is None or name in about] or [*self._worlds[0]]
        return self._by_one(held_in, names) or self._by_cases(held_in, names)

    def _by_one(self, held_in: AbstractSet[int], names: Iterable[OpenValue]) -> str:
        """Describe the worlds by the values of one open value, where it alone decides."""
        found = []
        for name in names:
            values = dict.fromkeys(self._worlds[number][name] for number in sorted(held_in))
            if all((each[name] in values) == (number in held_in) for number, each in enumerate(self._worlds)):
                found.append((len(values), self._case({name: tuple(values)})))
        return f"if {min(found)[1]}" if found else ""

    def _by_cases(self, held_in: AbstractSet[int], names: Sequence[OpenValue]) -> str:
        left = set(held_in)
        cases: list[str] = []
        while left and len(cases) < _MOST_CASES:
            case = self._widened(self._worlds[min(left)], held_in, names)
            cases.append(self._case({name: (value,) for name, value in case.items()}))
            left -= {number for number, each in enumerate(self._worlds) if self._is_within(each, case)}
        more = " or in other cases" if left else ""
        return f"if {' or if '.join(case or 'other values as they were read' for case in cases)}{more}"

    def _widened(self, world: Values, held_in: AbstractSet[int], names: Sequence[OpenValue]) -> Values:
        """Return as few values of *world* as keep all worlds that have them within *held_in*."""
        case = {name: world[name] for name in names}
        for name in names:
            smaller = {other: value for other, value in case.items() if other != name}
            inside = (self._is_within(each, smaller) for each in self._worlds)
            if all(number in held_in for number, is_inside in enumerate(inside) if is_inside):
                case = smaller
        return case

    def _value(self, name: OpenValue, value: Assumed) -> str:
        if not isinstance(value, Default):
            return str(value)
        return "its default" if name in self._changing else value.value

    @staticmethod
    def _is_within(world: Values, case: Values) -> bool:
        return all(world[name] == value for name, value in case.items())

    def _case(self, case: dict[OpenValue, tuple[Assumed, ...]]) -> str:
        return " and ".join(self._one(name, values) for name, values in case.items())

    def _one(self, name: OpenValue, values: tuple[Assumed, ...]) -> str:
        called = name.name if self._is_one_stack else f"{name.name} of {name.stack}"
        if set(values) <= {YES, NO} and " " in name.name:
            return visible(called if values == (YES,) else f"not: {called}")
        known = [self._value(name, value) for value in values if value is not OTHER]
        others = ["another value"] if OTHER in values else []
        return visible(f"{called} is {' or '.join([*known, *others])}")


def _defaults(worlds: Sequence[Values]) -> Iterator[tuple[OpenValue, Default]]:
    for values in worlds:
        for value, each in values.items():
            if isinstance(each, Default):
                yield value, each

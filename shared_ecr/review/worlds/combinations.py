"""Which values of which open values have to be combined, so that every difference they can make is seen.

All combinations are taken where there are few. Otherwise open values that no resource depends on together are varied
side by side: a world for the first repository is then also one for the second, which does not depend on it. What a
registry as a whole depends on is combined with everything.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, islice, product
from math import prod

from shared_ecr.records import record
from shared_ecr.review.documents.assumptions import Assumed, Default, OpenValue, Touched, Unit, add_touched

Values = Mapping[OpenValue, Assumed]
Choices = Mapping[OpenValue, Sequence[Assumed]]

# Up to so many combinations of everything are simply all read, where few resources depend on them.
_ALL_TOGETHER, _MOST_READINGS = 128, 8_192
MOST_OF_ONE_RESOURCE = 4_096
"""What one resource depends on is combined in full up to here: six open values of four values each."""
_MOST_SHARED = 64
# Resources of which there are many, and each matters by itself.
_BY_THEMSELVES = (
    "AWS::ECR::Repository", "AWS::ECR::PublicRepository", "AWS::Lambda::Function", "AWS::Serverless::Function",
)  # fmt: skip


@record
class Combinations:
    """The worlds worth reading, and the resources that depend on more than could be combined."""

    values: tuple[Values, ...]
    too_many: frozenset[Unit]


def combinations_of(units: Mapping[Unit, Touched]) -> Combinations:
    """Return the combinations that *units* depend on; the first has the first value of everything."""
    choices = _choices(units)
    if not choices:
        return Combinations(({},), frozenset())
    everything = prod(map(len, choices.values()))
    if everything <= _ALL_TOGETHER and everything * len(units) <= _MOST_READINGS:
        return Combinations(tuple(_all(choices, choices)), frozenset())
    groups = _groups({unit: [each for each in touched if each in choices] for unit, touched in units.items()})
    rows = {group: _bounded(group.values, choices, MOST_OF_ONE_RESOURCE) for group in groups}
    too_many = {unit for group, (_, is_cut) in rows.items() if is_cut for unit in group.units}
    shared = [found for group, (found, _) in rows.items() if group.is_shared]
    alone = [found for group, (found, _) in rows.items() if not group.is_shared]
    if prod(map(len, shared)) <= _MOST_SHARED:
        combined = [_joined(each) for each in product(*shared)]
        beside = _side_by_side(alone)
    else:
        # What stacks share among each other is then varied side by side, too.
        combined, beside = [{}], _side_by_side([*shared, *alone])
    first = {value: candidates[0] for value, candidates in choices.items()}
    worlds = ({**first, **one, **other} for one in combined for other in beside)
    return Combinations(tuple(_unique(chain([first], worlds))), frozenset(too_many))


@record
class _Group:
    values: tuple[OpenValue, ...]
    units: frozenset[Unit]

    @property
    def is_shared(self) -> bool:
        """Whether something depends on it that concerns more than one repository."""
        return any(unit.type not in _BY_THEMSELVES for unit in self.units)


def _choices(units: Mapping[Unit, Touched]) -> Choices:
    """Return what has more than one value that can make a difference."""
    found: Touched = {}
    for touched in units.values():
        add_touched(found, touched)
    distinct = {value: _distinct(candidates) for value, candidates in sorted(found.items())}
    return {value: candidates for value, candidates in distinct.items() if len(candidates) > 1}


def _distinct(candidates: Iterable[Assumed]) -> tuple[Assumed, ...]:
    """Return *candidates* without those that mean the same.

    One default is the text that it is. Where the sides have different ones, "the default" is a value of its own: that
    a stack keeps one of the two texts is another world.
    """
    every = list(candidates)
    defaults = [each for each in every if isinstance(each, Default)]
    texts = {each.value for each in defaults}
    if len(texts) == 1:
        return tuple(each for each in every if each not in texts)
    others = [each for each in every if not isinstance(each, Default)]
    return tuple(dict.fromkeys([*defaults[:1], *others, *(each.value for each in defaults)]))


def _groups(values_of: Mapping[Unit, Sequence[OpenValue]]) -> list[_Group]:
    """Group the values that some resource depends on together, directly or by way of others."""
    root: dict[OpenValue, OpenValue] = {}

    def find(value: OpenValue) -> OpenValue:
        while root.setdefault(value, value) != value:
            value = root[value]
        return value

    for values in values_of.values():
        for each in values[1:]:
            root[find(each)] = find(values[0])
        if values:
            find(values[0])
    members: dict[OpenValue, list[OpenValue]] = {}
    for value in sorted(root):
        members.setdefault(find(value), []).append(value)
    units: dict[OpenValue, set[Unit]] = {}
    for unit, values in values_of.items():
        if values:
            units.setdefault(find(values[0]), set()).add(unit)
    return [_Group(tuple(values), frozenset(units[key])) for key, values in members.items()]


def _bounded(values: Sequence[OpenValue], choices: Choices, most: int) -> tuple[list[Values], bool]:
    """Return the combinations of *values*, and whether these are too many to be all."""
    if prod(len(choices[value]) for value in values) <= most:
        return list(_all(values, choices)), False
    return list(islice(_unique(_by_pairs(values, choices)), most)), True


def _all(values: Iterable[OpenValue], choices: Choices) -> Iterator[Values]:
    names = list(values)
    for combination in product(*(choices[name] for name in names)):
        yield dict(zip(names, combination, strict=True))


def _by_pairs(values: Sequence[OpenValue], choices: Choices) -> Iterator[Values]:
    """Yield each value, then each pair of values, with the first value of everything else."""
    first = {value: choices[value][0] for value in values}
    yield first
    for value in values:
        for candidate in choices[value][1:]:
            yield {**first, value: candidate}
    for one, other in combinations(values, 2):
        for pair in product(choices[one][1:], choices[other][1:]):
            yield {**first, one: pair[0], other: pair[1]}


def _side_by_side(columns: Sequence[Sequence[Values]]) -> list[Values]:
    """Return each row of every column in some world; a column that is shorter than the longest begins again."""
    longest = max(map(len, columns), default=1)
    return [_joined(rows[number % len(rows)] for rows in columns) for number in range(longest)]


def _joined(parts: Iterable[Values]) -> Values:
    joined: dict[OpenValue, Assumed] = {}
    for part in parts:
        joined.update(part)
    return joined


def _unique(worlds: Iterable[Values]) -> Iterator[Values]:
    seen: set[frozenset[tuple[OpenValue, Assumed]]] = set()
    for each in worlds:
        key = frozenset(each.items())
        if key not in seen:
            seen.add(key)
            yield each

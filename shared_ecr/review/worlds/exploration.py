"""Read both sides of a deployment under every set of assumptions that can make a difference."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from shared_ecr.records import record, replace
from shared_ecr.review.deployments import Deployment, Resource, Stack
from shared_ecr.review.documents.assumptions import OpenValue, Touched, Unit, WorldAssumptions, add_touched
from shared_ecr.review.documents.loading import OpenDeployment
from shared_ecr.review.documents.redefinitions import Redefinitions
from shared_ecr.review.worlds.combinations import Combinations, Values, combinations_of

# A world names values that further worlds depend on; a chain of branches within branches is not deeper than this.
_MOST_ROUNDS = 20


@record
class World:
    """What both sides deploy under one set of assumptions."""

    values: Values
    deployments: tuple[Deployment, ...]
    """A deployment for each side, in the order of the sides."""


_Place = tuple[str, str]
"""A stack and a logical id."""


@record
class _WorldReading:
    """A world as it was read, and which resources of each side CloudFormation refuses in it."""

    world: World
    impossible: tuple[frozenset[_Place], ...]


@record
class Exploration:
    """All worlds that were read, the one with the first value of everything in front."""

    worlds: tuple[World, ...]
    units: Mapping[Unit, Touched]
    """What each resource depends on."""
    too_many: frozenset[Unit]
    """Resources that depend on more open values than can be combined in full."""

    def values_of(self, stack: str, logical_id: str) -> frozenset[OpenValue]:
        """Return the open values that the resource *logical_id* of *stack* depends on."""
        return frozenset(
            value
            for unit, touched in self.units.items()
            if (unit.stack, unit.logical_id) == (stack, logical_id)
            for value in touched
        )


def explore(sides: Sequence[OpenDeployment], previous: OpenDeployment | None = None) -> Exploration:
    """Read *sides*, the new one in front, until no reading names a value that was not read yet.

    Args:
        sides: what is read.
        previous: what a single side is compared with, though it is not read along with it.

    Raises:
        InvalidDocumentError: a document is broken.
    """
    redefinitions = _redefinitions([*sides, *([previous] if previous else [])])
    units: dict[Unit, Touched] = {}
    read: dict[frozenset[object], _WorldReading] = {}
    wanted = Combinations(({},), frozenset())
    for _ in range(_MOST_ROUNDS):
        for values in wanted.values:
            key = frozenset(values.items())
            if key not in read:
                read[key] = _read(sides, values, units, redefinitions)
        following = combinations_of(units)
        if following.values == wanted.values:
            break
        wanted = following
    else:
        wanted = replace(wanted, too_many=frozenset(units))
    worlds = _possible([read[frozenset(values.items())] for values in wanted.values])
    return Exploration(tuple(worlds), units, wanted.too_many)


def _redefinitions(sides: Sequence[OpenDeployment]) -> Redefinitions:
    if len(sides) == 1:
        return Redefinitions()
    after, before = (side.under(WorldAssumptions()) for side in sides)
    return Redefinitions.between(before, after)


def _read(
    sides: Sequence[OpenDeployment], values: Values, units: dict[Unit, Touched], redefinitions: Redefinitions
) -> _WorldReading:
    """Read *sides* under *values*, and note in *units* what they depend on."""
    deployments, impossible = [], []
    for number, side in enumerate(sides):
        assumptions = WorldAssumptions(values)
        if number == 0:
            assumptions.is_redefined = redefinitions.has
        deployments.append(side.under(assumptions))
        impossible.append(frozenset((unit.stack, unit.logical_id) for unit in assumptions.impossible))
        for unit, touched in assumptions.units.items():
            add_touched(units.setdefault(unit, {}), touched)
    return _WorldReading(World(values, tuple(deployments)), tuple(impossible))


def _possible(readings: Sequence[_WorldReading]) -> Iterator[World]:
    """Yield the worlds without the resources that CloudFormation refuses in them.

    What the new side cannot be is on no side there. What the previous side alone cannot be is new there. What a side
    can be in no world at all is kept, and is judged with the value that it lacks open.
    """
    never = [
        frozenset[_Place].intersection(*of_side)
        for of_side in zip(*(each.impossible for each in readings), strict=True)
    ]
    for each in readings:
        refused: set[_Place] = set()
        deployments = []
        for deployment, impossible, at_no_time in zip(each.world.deployments, each.impossible, never, strict=True):
            # The new side is in front, and what it cannot be is not compared.
            refused |= impossible - at_no_time
            deployments.append(_without(deployment, refused))
        yield replace(each.world, deployments=tuple(deployments))


def _without(deployment: Deployment, impossible: AbstractSet[_Place]) -> Deployment:
    """Return *deployment* without the resources that are *impossible*, and what is in doubt about them."""
    if not impossible:
        return deployment

    def kept(stack: Stack) -> tuple[Resource, ...]:
        return tuple(each for each in stack.resources if (stack.name, each.origin.logical_id) not in impossible)

    about = {f"{stack}: {logical_id}" for stack, logical_id in impossible}
    return replace(
        deployment,
        stacks=tuple(replace(stack, resources=kept(stack)) for stack in deployment.stacks),
        doubts=tuple(doubt for doubt in deployment.doubts if doubt.about not in about),
    )

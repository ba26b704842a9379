"""Read both sides of a deployment under every set of assumptions that can make a difference."""

from collections.abc import Mapping, Sequence

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
    read: dict[frozenset[object], World] = {}
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
    worlds = tuple(read[frozenset(values.items())] for values in wanted.values)
    return Exploration(worlds, units, wanted.too_many)


def _redefinitions(sides: Sequence[OpenDeployment]) -> Redefinitions:
    if len(sides) == 1:
        return Redefinitions()
    after, before = (side.under(WorldAssumptions()) for side in sides)
    return Redefinitions.between(before, after)


def _read(
    sides: Sequence[OpenDeployment], values: Values, units: dict[Unit, Touched], redefinitions: Redefinitions
) -> World:
    """Read *sides* under *values*, and note in *units* what they depend on."""
    deployments, impossible = [], set()
    for number, side in enumerate(sides):
        assumptions = WorldAssumptions(values)
        if number == 0:
            assumptions.is_redefined = redefinitions.has
        deployments.append(side.under(assumptions))
        impossible |= {(unit.stack, unit.logical_id) for unit in assumptions.impossible}
        for unit, touched in assumptions.units.items():
            add_touched(units.setdefault(unit, {}), touched)
    return World(values, tuple(_without(each, impossible) for each in deployments))


def _without(deployment: Deployment, impossible: set[tuple[str, str]]) -> Deployment:
    """Return *deployment* without the resources that CloudFormation refuses in this world: on no side they matter."""
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

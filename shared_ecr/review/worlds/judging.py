"""Review every world that differs, and keep the worst of all: a change in any world is a change."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from shared_ecr.findings import JudgedFinding
from shared_ecr.records import record, replace
from shared_ecr.review.deployments import Deployment, Doubt, Origin, Resource
from shared_ecr.review.documents.loading import OpenDeployment
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.judging import ReviewQuestion, order_of, review
from shared_ecr.review.storage_costs import cost_change
from shared_ecr.review.verdict import Headroom, RepositoryChange, ReviewResult, SettingChange
from shared_ecr.review.worlds.exploration import Exploration, World, explore
from shared_ecr.review.worlds.parts import WorldParts
from shared_ecr.review.worlds.unbounded import beyond_bounds
from shared_ecr.review.worlds.wording import Wording

if TYPE_CHECKING:
    from shared_ecr.review.documents.assumptions import OpenValue

_T = TypeVar("_T")


@record
class _Judged:
    """One review, and the numbers of the worlds that it is the review of."""

    result: ReviewResult
    worlds: frozenset[int]


def review_worlds(after: OpenDeployment, before: OpenDeployment | None, question: ReviewQuestion) -> ReviewResult:
    """Judge *after*, alone or against *before*, in every world that can make a difference.

    Raises:
        InvalidDocumentError: a document is broken.
    """
    found = explore([after] if before is None else [after, before])
    judged = list(_judged(found, question))
    merged = _merged(judged, found, question)
    if question.prices is None or question.inventory is None or before is None:
        return merged
    return replace(merged, cost=cost_change(merged.repositories, question.prices))


def _judged(found: Exploration, question: ReviewQuestion) -> Iterator[_Judged]:
    """Review each world once; worlds that deploy the same are one."""
    alike: dict[Hashable, list[int]] = {}
    for number, world in enumerate(found.worlds):
        alike.setdefault(_signature(world, found), []).append(number)
    for numbers in alike.values():
        after, *before = found.worlds[numbers[0]].deployments
        yield _Judged(review(after, before[0] if before else None, question), frozenset(numbers))


def _signature(world: World, found: Exploration) -> Hashable:
    """Return what distinguishes worlds: everything of the resources that depend on something open."""
    if len(found.worlds) == 1:
        return ()
    varying = {(unit.stack, unit.logical_id) for unit, touched in found.units.items() if touched}
    return tuple(_of_side(each, varying) for each in world.deployments)


def _of_side(deployment: Deployment, varying: set[tuple[str, str]]) -> Hashable:
    resources = tuple(
        # With its place: two resources with the same properties, each of which exists in one world, are not one.
        (stack.name, each.origin.logical_id, _written(each) if (stack.name, each.origin.logical_id) in varying else "")
        for stack in deployment.stacks
        for each in stack.resources
    )
    doubts = tuple((doubt, doubt.made_from) for doubt in deployment.doubts)
    return (tuple(stack.name for stack in deployment.stacks), resources, doubts)


def _merged(judged: list[_Judged], found: Exploration, question: ReviewQuestion) -> ReviewResult:
    """Return one review of all worlds; what holds in some of them alone says in which."""
    base = judged[0].result
    bounds = beyond_bounds(found, question)
    if len(judged) == 1:
        return replace(base, findings=tuple(sorted((*base.findings, *bounds), key=order_of)))
    merge = _Merge(judged, found)
    changes = merge.each(lambda result: result.repositories, lambda each: each.origin, _change_in)
    changed = {each.origin for each in changes}
    only_elsewhere = changed - {each.origin for each in base.repositories}
    most = max(each.result.unchanged for each in judged)
    return replace(
        base,
        repositories=changes,
        unchanged=most if base.against is None else max(0, base.unchanged - len(only_elsewhere)),
        settings=merge.each(lambda result: result.settings, lambda each: each.origin, _setting_in),
        findings=tuple(
            sorted((*merge.each(lambda result: result.findings, _origin_of, _finding_in), *bounds), key=order_of)
        ),
        headroom=_fullest(judged),
        doubts=merge.each(lambda result: result.doubts, _nowhere, _doubt_in),
        matrices=tuple(dict.fromkeys(matrix for each in judged for matrix in each.result.matrices)),
    )


def _written(resource: Resource) -> str:
    policies = (resource.deletion_policy, resource.update_replace_policy)
    return repr((resource.type, resource.properties, policies, resource.acknowledged))


class _Merge:
    """Puts the parts of several reviews together, each part once."""

    def __init__(self, judged: list[_Judged], found: Exploration) -> None:
        self._judged = judged
        self._wording = Wording([world.values for world in found.worlds])
        # By stack and logical id: there are as many parts to ask for as resources.
        self._values_of: dict[tuple[str, str], set[OpenValue]] = {}
        for unit, touched in found.units.items():
            self._values_of.setdefault((unit.stack, unit.logical_id), set()).update(touched)

    def each(
        self,
        parts: Callable[[ReviewResult], Iterable[_T]],
        origin_of: Callable[[_T], Origin | None],
        held_in: Callable[[_T, str], _T],
    ) -> tuple[_T, ...]:
        """Return every part of any review; *held_in* writes into it in which worlds it holds."""
        found = WorldParts[_T]()
        for each in self._judged:
            found.add(each.worlds, parts(each.result))
        return tuple(held_in(part, self._condition(origin_of(part), numbers)) for part, numbers in found)

    def _condition(self, origin: Origin | None, numbers: frozenset[int]) -> str:
        about = self._values_of.get((origin.stack, origin.logical_id)) if origin else None
        return self._wording.condition(numbers, about or None)


def _origin_of(judged: JudgedFinding[ReviewFinding]) -> Origin | None:
    return judged.finding.origin


def _nowhere(_: Doubt) -> None:
    return None


def _finding_in(judged: JudgedFinding[ReviewFinding], world: str) -> JudgedFinding[ReviewFinding]:
    if not world:
        return judged
    return replace(judged, finding=replace(judged.finding, what=f"{world}: {judged.finding.what}"))


def _change_in(change: RepositoryChange, world: str) -> RepositoryChange:
    return replace(change, world=world)


def _setting_in(change: SettingChange, world: str) -> SettingChange:
    return replace(change, world=world)


def _doubt_in(doubt: Doubt, world: str) -> Doubt:
    return replace(doubt, what=f"{world}: {doubt.what}") if world else doubt


def _fullest(judged: list[_Judged]) -> tuple[Headroom, ...]:
    fullest: dict[tuple[str, str], Headroom] = {}
    for each in judged:
        for headroom in each.result.headroom:
            key = headroom.what, headroom.subject
            if key not in fullest or headroom.share > fullest[key].share:
                fullest[key] = headroom
    return tuple(fullest.values())

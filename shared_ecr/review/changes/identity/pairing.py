"""Which resource of the new side is which of the old side, even if it moved, was renamed or has another logical id."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from shared_ecr.documents.json_text import Json
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import record
from shared_ecr.review.changes.identity.stacks import StackPair
from shared_ecr.review.deployments import Deployment, Resource, Stack, is_known

# The property that names a resource of each type in its registry. A resource that exists once has no name.
NAME_PROPERTIES: Mapping[str, str | None] = {
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::ECR::PublicRepository": "RepositoryName",
    **{each.type: each.named_by for each in TYPES.values()},
}


@record
class LocatedResource:
    """A resource, and the stack that holds it."""

    stack: Stack
    resource: Resource

    @property
    def written_name(self) -> Json:
        """What is written for its name, known or not; nothing where its type has none."""
        property_ = NAME_PROPERTIES.get(self.resource.type)
        return self.resource.properties.get(property_) if property_ else None

    @property
    def name(self) -> str | None:
        """Its name; None where it is left to CloudFormation, or known only once deployed."""
        if self.resource.type in NAME_PROPERTIES and NAME_PROPERTIES[self.resource.type] is None:
            return ""
        name = self.written_name
        return name if isinstance(name, str) and is_known(name) else None


@record
class Paired:
    """The resources of one type on both sides."""

    both: tuple[tuple[LocatedResource, LocatedResource], ...]
    removed: tuple[LocatedResource, ...]
    new: tuple[LocatedResource, ...]


def held(deployment: Deployment, type_: str) -> list[LocatedResource]:
    """Return the resources of *type_* in the order of the documents."""
    return [LocatedResource(stack, resource) for stack, resource in deployment.resources(type_)]


def pair_up(old: Sequence[LocatedResource], new: Sequence[LocatedResource], stacks: Iterable[StackPair]) -> Paired:
    """Pair resources of one type: first those that did not move, then by name, then by logical id."""
    partner = {id(pair.before): id(pair.after) for pair in stacks}

    def stack_of(each: LocatedResource, *, is_old: bool) -> int | None:
        return partner.get(id(each.stack)) if is_old else id(each.stack)

    def unmoved(each: LocatedResource, *, is_old: bool) -> Hashable:
        stack = stack_of(each, is_old=is_old)
        return None if stack is None else (stack, each.resource.origin.logical_id, str(each.written_name))

    def named_here(each: LocatedResource, *, is_old: bool) -> Hashable:
        stack = stack_of(each, is_old=is_old)
        return None if stack is None or each.name is None else (stack, each.name)

    def named_elsewhere(each: LocatedResource, *, is_old: bool) -> Hashable:  # noqa: ARG001 — the others need to know
        return None if each.name is None else (each.resource.home, each.name)

    def of_one_id(each: LocatedResource, *, is_old: bool) -> Hashable:
        stack = stack_of(each, is_old=is_old)
        return None if stack is None else (stack, each.resource.origin.logical_id)

    both: list[tuple[LocatedResource, LocatedResource]] = []
    for key in (unmoved, named_here, named_elsewhere, of_one_id):
        found, old, new = _matched(old, new, key)
        both += found
    return Paired(tuple(both), tuple(old), tuple(new))


def _matched(
    old: Sequence[LocatedResource], new: Sequence[LocatedResource], key: Callable[..., Hashable]
) -> tuple[list[tuple[LocatedResource, LocatedResource]], list[LocatedResource], list[LocatedResource]]:
    waiting: dict[Hashable, list[LocatedResource]] = defaultdict(list)
    for each in new:
        found = key(each, is_old=False)
        if found is not None:
            waiting[found].append(each)
    both, left = [], []
    for each in old:
        wanted = key(each, is_old=True)
        fitting = waiting.get(wanted) if wanted is not None else None
        if fitting:
            both.append((each, fitting.pop(0)))
        else:
            left.append(each)
    taken = {id(found) for _, found in both}
    return both, left, [each for each in new if id(each) not in taken]

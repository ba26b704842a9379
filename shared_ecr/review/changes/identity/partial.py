"""Repositories of which a document has only policies: only their policies are compared."""

from collections.abc import Iterable, Mapping, Sequence

from shared_ecr.records import replace
from shared_ecr.review.changes.identity.pairing import LocatedResource, Paired, held, pair_up
from shared_ecr.review.changes.identity.stacks import StackPair
from shared_ecr.review.deployments import Deployment, Stack
from shared_ecr.review.repositories import REPOSITORY

_POLICIES = frozenset({"LifecyclePolicy", "RepositoryPolicyText"})


def paired_repositories(
    before: Deployment, after: Deployment, stacks: Iterable[StackPair], kind: str = REPOSITORY
) -> Paired:
    """Pair the repositories of both sides; one that is managed elsewhere is never taken for one that is managed here.

    Where only one side has a policy of a repository that is managed elsewhere, the other side has none.
    """
    pairs = tuple(stacks)
    old, new = held(before, kind), held(after, kind)
    whole = pair_up(_whole(old), _whole(new), pairs)
    partial = pair_up(_partial(old, new), _partial(new, old), pairs)
    after_of = {id(pair.before): pair.after for pair in pairs}
    before_of = {id(pair.after): pair.before for pair in pairs}
    both = [
        *partial.both,
        *((each, _without_policies(each, after_of)) for each in partial.removed),
        *((_without_policies(each, before_of), each) for each in partial.new),
    ]
    return Paired((*whole.both, *both), whole.removed, whole.new)


def _whole(found: Sequence[LocatedResource]) -> list[LocatedResource]:
    return [each for each in found if not each.resource.is_partial]


def _partial(found: Sequence[LocatedResource], other: Sequence[LocatedResource]) -> list[LocatedResource]:
    """Return those of *found* that are managed elsewhere, and that the *other* side does not manage either."""
    managed = {(each.resource.home, each.name) for each in _whole(other) if each.name}
    partial = (each for each in found if each.resource.is_partial)
    return [each for each in partial if (each.resource.home, each.name) not in managed]


def _without_policies(each: LocatedResource, other: Mapping[int, Stack]) -> LocatedResource:
    """Return *each* on the *other* side, where its stack remains, and where no policy of it is managed."""
    kept = {name: value for name, value in each.resource.properties.items() if name not in _POLICIES}
    stack = other.get(id(each.stack), each.stack)
    return LocatedResource(stack, replace(each.resource, properties=kept))

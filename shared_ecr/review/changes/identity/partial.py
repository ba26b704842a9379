"""Repositories of which a document holds policies only: they are compared by them, and by nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shared_ecr.review.changes.identity.pairing import LocatedResource, Paired, held, pair_up
from shared_ecr.review.changes.identity.stacks import StackPair
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.repositories import REPOSITORY

_POLICIES = frozenset({"LifecyclePolicy", "RepositoryPolicyText"})


def paired_repositories(before: Deployment, after: Deployment, stacks: Iterable[StackPair]) -> Paired:
    """Pair the repositories of both sides; one that is managed elsewhere is never taken for one that is managed here.

    Where only one side has a policy of a repository that is managed elsewhere, the other side has none.
    """
    pairs = tuple(stacks)
    old, new = held(before, REPOSITORY), held(after, REPOSITORY)
    whole = pair_up(_whole(old), _whole(new), pairs)
    partial = pair_up(_partial(old, new), _partial(new, old), pairs)
    both = [
        *partial.both,
        *((left, _without_policies(left)) for left in partial.gone),
        *((_without_policies(new), new) for new in partial.new),
    ]
    return Paired((*whole.both, *both), whole.gone, whole.new)


def _whole(found: Sequence[LocatedResource]) -> list[LocatedResource]:
    return [each for each in found if not each.resource.is_partial]


def _partial(found: Sequence[LocatedResource], other: Sequence[LocatedResource]) -> list[LocatedResource]:
    """Return those of *found* that are managed elsewhere, and that the *other* side does not manage either."""
    managed = {(each.resource.home, each.name) for each in _whole(other) if each.name}
    partial = (each for each in found if each.resource.is_partial)
    return [each for each in partial if (each.resource.home, each.name) not in managed]


def _without_policies(each: LocatedResource) -> LocatedResource:
    kept = {name: value for name, value in each.resource.properties.items() if name not in _POLICIES}
    return replace(each, resource=replace(each.resource, properties=kept))

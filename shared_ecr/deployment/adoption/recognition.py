"""Find the grants that say exactly what the statements of a policy say; the rest stays word for word.

A proposal counts only where the whole policy, rendered with it, means the same in both directions. Never "nearly":
an action more or less is a change of access, and is offered as a hint only.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from shared_ecr.access.requests import TargetRepository
from shared_ecr.deployment.adoption.access_equality import access_difference, statements_of
from shared_ecr.deployment.adoption.consumer_shapes import Proposal, consumers_of
from shared_ecr.documents.json_text import Json
from shared_ecr.model.permissions import (
    AccessLevel,
    Grant,
    PolicyLocation,
    VerbatimStatement,
    repeated_sid,
    repository_policy,
)
from shared_ecr.records import record
from shared_ecr.text import counted

_ELEMENTS = frozenset({"Sid", "Effect", "Principal", "Action", "Condition"})
_INERT = "ecr:getauthorizationtoken"


@record
class RecognisedGrant:
    """One grant, and how a declaration writes its consumer."""

    grant: Grant
    written: object
    """`{account: …}` and the like, as plain data."""


@record
class RecognisedPolicy:
    """A policy as a declaration says it: grants, and statements word for word."""

    grants: tuple[RecognisedGrant, ...]
    statements: tuple[Mapping[str, Json], ...]
    hints: Mapping[int, str]
    """What a statement could become, by its place among `statements`."""


def recognise(policy: Json, target: TargetRepository) -> RecognisedPolicy:
    """Return the grants and statements that *policy* is made of, as it is stored for *target*."""
    place = PolicyLocation(target.partition, target.region)
    written = list(statements_of(policy))
    accepted: dict[int, tuple[RecognisedGrant, ...]] = {}
    for index, statement in enumerate(written):
        for proposed in _proposals(statement, place):
            tried = {**accepted, index: proposed}
            if _means_the_same(policy, written, tried, target, place):
                accepted = tried
                break
    rest = [statement for index, statement in enumerate(written) if index not in accepted]
    grants = tuple(dict.fromkeys(each for _, found in sorted(accepted.items()) for each in _hashable(found)))
    by_grant = {each.grant: each for found in accepted.values() for each in found}
    hints = {index: hint for index, statement in enumerate(rest) if (hint := _hint(statement))}
    return RecognisedPolicy(tuple(by_grant[grant] for grant in grants), tuple(rest), hints)


def rendered(
    grants: Sequence[RecognisedGrant], statements: Sequence[Mapping[str, Json]], place: PolicyLocation
) -> dict[str, Json] | None:
    """Render the policy that a declaration of *grants* and *statements* has."""
    verbatim = [VerbatimStatement.of(statement, "") for statement in statements]
    return repository_policy([each.grant for each in grants], place, None, verbatim)


def _means_the_same(
    policy: Json,
    written: Sequence[Mapping[str, Json]],
    accepted: Mapping[int, tuple[RecognisedGrant, ...]],
    target: TargetRepository,
    place: PolicyLocation,
) -> bool:
    rest = [statement for index, statement in enumerate(written) if index not in accepted]
    made = rendered([each for found in accepted.values() for each in found], rest, place)
    if repeated_sid(made) is not None:
        return False
    return access_difference(policy, made, target).is_equal


def _proposals(statement: Mapping[str, Json], place: PolicyLocation) -> Iterator[tuple[RecognisedGrant, ...]]:
    if statement.get("Effect") != "Allow" or statement.keys() - _ELEMENTS - {"Resource"}:
        return
    if statement.get("Resource") not in (None, "*", ["*"]):
        return
    levels = _levels(_actions(statement))
    for proposal in consumers_of(statement, place):
        granted = _levels(_actions(statement) - proposal.extra_actions) if proposal.extra_actions else levels
        if granted:
            yield tuple(_grants(proposal, granted))


def _grants(proposal: Proposal, levels: Sequence[AccessLevel]) -> Iterator[RecognisedGrant]:
    for consumer, written in proposal.consumers:
        for level in levels:
            yield RecognisedGrant(Grant(level, consumer, proposal.narrowing), written)


def _hashable(found: Sequence[RecognisedGrant]) -> Iterator[Grant]:
    return (each.grant for each in found)


def _actions(statement: Mapping[str, Json]) -> frozenset[str]:
    written = statement.get("Action")
    listed = written if isinstance(written, list) else [written]
    return frozenset(str(each).lower() for each in listed) - {_INERT}


def _levels(actions: frozenset[str]) -> tuple[AccessLevel, ...]:
    return _BY_ACTIONS.get(actions, ())


def _by_actions() -> dict[frozenset[str], tuple[AccessLevel, ...]]:
    found: dict[frozenset[str], tuple[AccessLevel, ...]] = {}
    for count in (1, 2):
        for levels in combinations(AccessLevel, count):
            actions = frozenset(action.lower() for level in levels for action in level.actions)
            found.setdefault(actions, levels)
    return found


_BY_ACTIONS = _by_actions()


def _hint(statement: Mapping[str, Json]) -> str:
    """Say which level the statement could become, and what that would add; nothing where none is near."""
    if statement.get("Effect") != "Allow" or "Action" not in statement:
        return ""
    actions = _actions(statement)
    for level in AccessLevel:
        wanted = frozenset(action.lower() for action in level.actions)
        if actions < wanted:
            more = len(wanted - actions)
            return f"could become '{level}' later (+{counted(more, 'action')})"
    return ""

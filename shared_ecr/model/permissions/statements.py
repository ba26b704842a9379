"""Grants merged into the fewest statements: everyone on one way with the same levels is in one.

The order of the grants does not matter, a grant written twice counts once, and a Sid depends on nothing but the
levels, the way and the narrowing of its statement, so that a further grant renames no other.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from shared_ecr.model.permissions.grants import Grant
from shared_ecr.model.permissions.levels import AccessLevel, joined, policy_order
from shared_ecr.model.permissions.places import PolicyLocation
from shared_ecr.model.permissions.principal_clauses import PrincipalValue, Way, digest, ways_of


def allow_statements(grants: Iterable[Grant], place: PolicyLocation) -> list[dict[str, Any]]:
    """Render *grants* as statements without a resource."""
    given: dict[tuple[Way, PrincipalValue], set[AccessLevel]] = defaultdict(set)
    for grant in grants:
        for entry in ways_of(grant.consumer, grant.narrowing, place):
            given[entry].add(grant.level)
    shared: dict[tuple[tuple[AccessLevel, ...], Way], list[PrincipalValue]] = defaultdict(list)
    for (way, member), levels in given.items():
        shared[joined(frozenset(levels)), way].append(member)
    in_order = sorted(shared, key=lambda each: (policy_order(each[0]), each[1]))
    return [_statement(levels, way, sorted(shared[levels, way])) for levels, way in in_order]


def _statement(levels: tuple[AccessLevel, ...], way: Way, members: list[PrincipalValue]) -> dict[str, Any]:
    sid = "".join(level.sid for level in levels) + way.name
    if way.narrowing.equals:
        sid += f"If{digest(way.narrowing.equals)}"
    actions = {action for level in levels for action in level.actions} | set(way.extra_actions)
    condition = way.condition(members)
    statement: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": way.principal(members),
        "Action": sorted(actions),
    }
    return statement | ({"Condition": condition} if condition else {})

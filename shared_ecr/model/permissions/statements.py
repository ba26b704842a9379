"""Grants merged into the fewest statements: consumers with one clause and the same levels share a statement.

The order of the grants does not matter, and a grant that is written twice counts once. A Sid depends only on the
levels, the clause and the narrowing of its statement, so that another grant does not rename it.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from shared_ecr.model.permissions.grants import Grant
from shared_ecr.model.permissions.levels import AccessLevel, joined, policy_order
from shared_ecr.model.permissions.places import PolicyLocation
from shared_ecr.model.permissions.principal_clauses import PrincipalClause, PrincipalValue, clauses_of, digest


def allow_statements(grants: Iterable[Grant], place: PolicyLocation) -> list[dict[str, Any]]:
    """Render *grants* as statements without a resource."""
    given: dict[tuple[PrincipalClause, PrincipalValue], set[AccessLevel]] = defaultdict(set)
    for grant in grants:
        for entry in clauses_of(grant.consumer, grant.narrowing, place):
            given[entry].add(grant.level)
    shared: dict[tuple[tuple[AccessLevel, ...], PrincipalClause], list[PrincipalValue]] = defaultdict(list)
    for (clause, member), levels in given.items():
        shared[joined(frozenset(levels)), clause].append(member)
    in_order = sorted(shared, key=lambda each: (policy_order(each[0]), each[1]))
    return [_statement(levels, clause, sorted(shared[levels, clause])) for levels, clause in in_order]


def _statement(
    levels: tuple[AccessLevel, ...], clause: PrincipalClause, members: list[PrincipalValue]
) -> dict[str, Any]:
    sid = "".join(level.sid for level in levels) + clause.name
    if clause.narrowing.equals:
        sid += f"If{digest(clause.narrowing.equals)}"
    actions = {action for level in levels for action in level.actions} | set(clause.extra_actions)
    condition = clause.condition(members)
    statement: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": clause.principal(members),
        "Action": sorted(actions),
    }
    return statement | ({"Condition": condition} if condition else {})

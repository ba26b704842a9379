"""A variable and what it is compared with can be equal, though no policy has the value that they share."""

from typing import Any

import pytest

from shared_ecr.access.callers import Caller
from shared_ecr.access.capabilities import CAPABILITIES
from shared_ecr.access.changes import AccessChange, Direction, changes
from shared_ecr.access.evaluation import AccessVerdict, decide
from shared_ecr.access.matrix import Access, MatrixRow, cells_of
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary

TARGET = TargetRepository("111111111111", "us-east-1", "team/app", tags=(("team", "shop:a"),))
KNOWN = TrustBoundary("o-a1b2c3d4e5", frozenset({"111111111111"}))


def policy(resource: str | None = None, **condition: Any) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Action": "ecr:PutImage"}
    statement |= {"Resource": resource} if resource else {}
    statement |= {"Condition": condition} if condition else {}
    return {"Version": "2012-10-17", "Statement": [statement]}


def gained(new: PolicyPair) -> list[AccessChange]:
    found = changes(PolicyPair(), new, TARGET, KNOWN)
    return [each for each in found if each.direction is Direction.ALLOWED and not each.is_undecided]


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
        {"StringEquals": {"aws:ResourceTag/team": "shop:${aws:PrincipalTag/unit}"}},
        {"StringLike": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}*"}},
        {"StringLike": {"aws:ResourceTag/team": "*${aws:PrincipalTag/unit}"}},
        {"StringLike": {"ecr:ResourceTag/team": "${aws:PrincipalTag/shop}:${aws:PrincipalTag/unit}"}},
        {"StringEqualsIgnoreCase": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
        {"StringEquals": {"aws:SourceVpce": "${aws:PrincipalTag/endpoint}"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-${aws:PrincipalTag/endpoint}"}},
        {
            "StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"},
            "StringNotEquals": {"aws:PrincipalTag/team": "other"},
        },
    ],
)
def test_a_grant_by_a_variable_is_found_with_its_witness(condition: dict[str, Any]) -> None:
    pair = PolicyPair(read_policy(policy(**condition)))
    found = gained(pair)
    assert any(each.is_outside for each in found)
    assert {decide(pair, each.witness).verdict for each in found} <= {AccessVerdict.ALLOW, AccessVerdict.DEPENDS}


@pytest.mark.parametrize(
    "name", ["${aws:PrincipalTag/name}", "${aws:PrincipalTag/unit}/*", "*/${aws:PrincipalTag/name}"]
)
def test_a_grant_by_a_variable_in_a_resource_is_found(name: str) -> None:
    pair = PolicyPair(None, read_policy(policy(f"arn:aws:ecr:us-east-1:111111111111:repository/{name}")))
    assert any(each.is_outside for each in gained(pair))


def test_the_matrix_does_not_say_that_no_one_has_what_a_variable_grants() -> None:
    held = policy(StringEquals={"aws:ResourceTag/team": "${aws:PrincipalTag/team}"})
    cells = cells_of(MatrixRow(TARGET, PolicyPair(read_policy(held))), Caller.unnamed_role("222222222222"))
    assert cells[[each.name for each in CAPABILITIES].index("push")].access is not Access.NONE


def test_a_variable_that_can_never_be_equal_grants_nothing() -> None:
    assert (
        gained(PolicyPair(read_policy(policy(StringEquals={"aws:ResourceTag/team": "x${aws:PrincipalTag/a}"})))) == []
    )

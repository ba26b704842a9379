"""An account that a policy names is never taken for one that no one knows."""

import pytest

from shared_ecr.access.changes import changes
from shared_ecr.access.consumers import consumers
from shared_ecr.access.matrix import MatrixRow, matrix
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.stand_ins import unnamed_accounts, unnamed_value
from shared_ecr.access.trust_boundary import TrustBoundary
from unit.access.policies import TARGET, allow, allows_strangers, policies, policy

PLAIN = ["999999999999", "888888888888", "777777777777", "666666666666"]
LAMBDA = {"Service": "lambda.amazonaws.com"}


def test_stand_ins_are_accounts_that_no_policy_names() -> None:
    found = policy(allow({"AWS": PLAIN[:3]}), allow("*", {"StringEquals": {"aws:PrincipalAccount": PLAIN[3]}}, Sid="B"))
    first, second = unnamed_accounts([found])
    assert not {first, second} & set(PLAIN)
    assert first != second


@pytest.mark.parametrize("account", PLAIN)
def test_a_named_account_is_not_called_an_account_that_no_policy_names(account: str) -> None:
    (found, *_) = changes(PolicyPair(), policies(allow({"AWS": account})), TARGET, TrustBoundary())
    assert f"any role of {account}" in str(found)


@pytest.mark.parametrize("account", PLAIN)
def test_a_grant_to_one_account_gives_no_stranger_access(account: str) -> None:
    found = policies(allow({"AWS": account}))
    columns = consumers([found.repository] if found.repository else [], TARGET, TrustBoundary("o-a1b2c3d4e5"))
    table = matrix([MatrixRow(TARGET, found)], columns)
    with_access = {
        column.name for column, cells in zip(table.consumers, table.cells[0], strict=True) if str(cells[0]) == "yes"
    }
    assert with_access == {account}


@pytest.mark.parametrize("account", PLAIN)
def test_a_service_that_acts_for_one_account_is_not_open_to_all(account: str) -> None:
    found = policy(allow(LAMBDA, {"StringEquals": {"aws:SourceAccount": account}}))
    assert not allows_strangers(found)


@pytest.mark.parametrize(
    "plain", ["999999999999", "stranger", "arn:aws:lambda:us-east-1:999999999999:function:x", "203.0.113.77"]
)
def test_a_stand_in_value_is_not_one_that_a_condition_names(plain: str) -> None:
    assert unnamed_value(plain, {plain}) != plain

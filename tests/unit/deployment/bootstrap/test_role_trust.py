"""Whether the trust policy of a bootstrap role lets the account that deploys assume it."""

from typing import Any

import pytest

from shared_ecr.deployment.bootstrap.readiness import Readiness
from shared_ecr.deployment.bootstrap.role_trust import trust_in
from shared_ecr.model.names import AccountId

DEPLOYER = AccountId("111111111111")
ROOT = {"AWS": "arn:aws:iam::111111111111:root"}


def statement(**parts: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": ROOT, "Action": "sts:AssumeRole", **parts}


def trust(*statements: dict[str, Any]) -> Readiness:
    return trust_in({"Version": "2012-10-17", "Statement": list(statements)}, DEPLOYER)


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (ROOT, Readiness.READY),
        ({"AWS": ["arn:aws:iam::222222222222:root", "111111111111"]}, Readiness.READY),
        ({"AWS": "arn:aws:iam::222222222222:root"}, Readiness.MISSING),
        ({"Service": "cloudformation.amazonaws.com"}, Readiness.MISSING),
        ({"AWS": "arn:aws:iam::111111111111:role/ci"}, Readiness.UNKNOWN),
        ({"AWS": "AROAEXAMPLEEXAMPLE"}, Readiness.UNKNOWN),
        ("*", Readiness.UNKNOWN),
    ],
)
def test_the_account_must_be_named(principal: object, expected: Readiness) -> None:
    assert trust(statement(Principal=principal)) is expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("sts:AssumeRole", Readiness.READY),
        (["sts:TagSession", "STS:assumerole"], Readiness.READY),
        ("sts:*", Readiness.READY),
        ("sts:TagSession", Readiness.MISSING),
    ],
)
def test_the_role_must_be_allowed_to_be_assumed(action: object, expected: Readiness) -> None:
    assert trust(statement(Action=action)) is expected


def test_the_condition_of_the_bootstrap_stack_on_an_external_id_holds() -> None:
    assert trust(statement(Condition={"Null": {"sts:ExternalId": "true"}})) is Readiness.READY


def test_an_external_id_that_is_required_is_not_sent() -> None:
    assert trust(statement(Condition={"StringEquals": {"sts:ExternalId": "secret"}})) is Readiness.MISSING


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/ci"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    ],
)
def test_a_condition_on_what_is_not_known_decides_nothing(condition: dict[str, Any]) -> None:
    assert trust(statement(Condition=condition)) is Readiness.UNKNOWN


def test_another_statement_without_a_condition_decides() -> None:
    assert trust(statement(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), statement()) is Readiness.READY


@pytest.mark.parametrize(
    ("deny", "expected"),
    [
        (statement(Effect="Deny"), Readiness.MISSING),
        (statement(Effect="Deny", Principal="*", Action="*"), Readiness.MISSING),
        (statement(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}}), Readiness.UNKNOWN),
        (statement(Effect="Deny", Principal={"AWS": "arn:aws:iam::111111111111:role/ci"}), Readiness.UNKNOWN),
        (statement(Effect="Deny", Principal={"AWS": "arn:aws:iam::222222222222:root"}), Readiness.READY),
        (statement(Effect="Deny", Action="sts:TagSession"), Readiness.READY),
        (statement(Effect="Deny", Condition={"Null": {"sts:ExternalId": "false"}}), Readiness.READY),
    ],
    ids=["the account", "everyone", "a condition", "a role", "another account", "another action", "an external id"],
)
def test_a_deny_is_no_trust_where_it_may_apply(deny: dict[str, Any], expected: Readiness) -> None:
    assert trust(statement(), deny) is expected


def test_a_deny_alone_is_no_trust() -> None:
    assert trust(statement(Effect="Deny")) is Readiness.MISSING


@pytest.mark.parametrize("policy", [{}, {"Statement": "text"}, {"Statement": [{"Effect": "Perhaps"}]}])
def test_a_policy_that_cannot_be_read_decides_nothing(policy: dict[str, Any]) -> None:
    assert trust_in(policy, DEPLOYER) is Readiness.UNKNOWN

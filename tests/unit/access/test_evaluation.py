from typing import Any

import pytest

from shared_ecr.access.actions import ACTIONS
from shared_ecr.access.callers import Caller, Identity
from shared_ecr.access.evaluation import AccessVerdict, decide
from shared_ecr.access.policy_pair import PolicyPair, PolicySide, Scope
from shared_ecr.access.requests import Request
from shared_ecr.findings.errors import InvalidValueError
from unit.access.policies import CONSUMER, REGISTRY, TARGET, allow, deny, everyone_but, policies, policy

OWN = f"arn:aws:iam::{REGISTRY}:role/ci"
OTHER = f"arn:aws:iam::{CONSUMER}:role/ci"
SESSION = f"arn:aws:sts::{CONSUMER}:assumed-role/ci/build"
ALLOW, DENY, DEPENDS = AccessVerdict.ALLOW, AccessVerdict.DENY, AccessVerdict.DEPENDS
ALLOWS, SILENT, DENIES, UNKNOWN = Identity.ALLOWS, Identity.SILENT, Identity.DENIES, Identity.UNKNOWN


def verdict(found: PolicyPair, caller: Caller, action: str = "BatchGetImage", **context: str) -> AccessVerdict:
    said = {key: (value,) for key, value in context.items()}
    return decide(found, Request(caller, action, TARGET, said)).verdict


def someone(arn: str, identity: Identity = ALLOWS, role_arn: str | None = None) -> Caller:
    return Caller.from_arn(arn, role_arn).with_identity(identity)


@pytest.mark.parametrize(("arn", "principal", "identity", "expected"), [
    (OTHER, CONSUMER, ALLOWS, ALLOW), (OTHER, CONSUMER, SILENT, DENY), (OTHER, CONSUMER, UNKNOWN, DEPENDS),
    (OTHER, CONSUMER, DENIES, DENY), (OTHER, REGISTRY, ALLOWS, DENY), (OTHER, REGISTRY, UNKNOWN, DENY),
    (OWN, CONSUMER, ALLOWS, ALLOW), (OWN, CONSUMER, SILENT, DENY), (OWN, CONSUMER, UNKNOWN, DEPENDS),
    (OWN, REGISTRY, SILENT, DENY), (OWN, OWN, SILENT, ALLOW), (OWN, OWN, UNKNOWN, ALLOW), (OWN, OWN, DENIES, DENY),
    (OWN, "*", SILENT, ALLOW), (OTHER, "*", SILENT, DENY),
    (f"arn:aws:iam::{REGISTRY}:root", REGISTRY, SILENT, ALLOW),
])  # fmt: skip
def test_both_sides_decide_as_the_account_asks(
    arn: str, principal: str, identity: Identity, expected: AccessVerdict
) -> None:
    assert verdict(policies(allow({"AWS": principal})), someone(arn, identity)) is expected


@pytest.mark.parametrize(("arn", "role_arn", "principal", "expected"), [
    (SESSION, None, OTHER, ALLOW), (SESSION, None, SESSION, ALLOW), (OTHER, None, SESSION, DENY),
    (SESSION, OTHER.replace("ci", "teams/ci"), OTHER.replace("ci", "teams/ci"), ALLOW),
    (SESSION, OTHER.replace("ci", "teams/ci"), OTHER, DENY),
    (f"arn:aws:sts::{CONSUMER}:federated-user/bob", None, f"arn:aws:sts::{CONSUMER}:federated-user/bob", ALLOW),
    (f"arn:aws:sts::{CONSUMER}:federated-user/bob", None, CONSUMER, ALLOW),
    (f"arn:aws:iam::{CONSUMER}:user/x/alice", None, f"arn:aws:iam::{CONSUMER}:user/x/alice", ALLOW),
    (f"arn:aws:iam::{CONSUMER}:user/alice", None, f"arn:aws:iam::{CONSUMER}:user/alic*", DENY),
    (OTHER, None, "arn:aws-cn:iam::222222222222:root", DENY), (OTHER, None, "arn:aws:iam::22222222222:root", DENY),
])  # fmt: skip
def test_a_principal_element_means_exactly_whom_it_names(
    arn: str, role_arn: str | None, principal: str, expected: AccessVerdict
) -> None:
    assert verdict(policies(allow({"AWS": principal})), someone(arn, role_arn=role_arn)) is expected


def test_a_session_carries_the_arn_of_its_role() -> None:
    only_ci = {"ArnEquals": {"aws:PrincipalArn": OTHER}}
    assert verdict(policies(allow(condition=only_ci)), someone(SESSION)) is ALLOW


@pytest.mark.parametrize(("statement", "expected"), [
    (everyone_but({"AWS": CONSUMER}), DENY), (everyone_but({"AWS": OTHER}), DENY),
    (everyone_but({"AWS": REGISTRY}), ALLOW), (everyone_but({"Service": "lambda.amazonaws.com"}), ALLOW),
])  # fmt: skip
def test_not_principal_means_everyone_else(statement: dict[str, Any], expected: AccessVerdict) -> None:
    assert verdict(policies(statement), someone(SESSION)) is expected


def test_a_service_needs_a_grant_to_itself() -> None:
    service = Caller.of_service("lambda.amazonaws.com")
    assert verdict(policies(allow({"Service": "lambda.amazonaws.com"})), service) is ALLOW
    assert verdict(policies(allow("*")), service) is ALLOW
    assert verdict(policies(allow({"AWS": REGISTRY})), service) is DENY


def test_a_service_carries_no_organization() -> None:
    inside = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    service = Caller.of_service("lambda.amazonaws.com").in_organization("o-a1b2c3d4e5")
    assert verdict(policies(allow("*", inside)), service) is DENY


def test_a_federated_identity_is_meant_by_its_provider() -> None:
    provider = "cognito-identity.amazonaws.com"
    assert verdict(policies(allow({"Federated": provider})), Caller.federated(provider)) is ALLOW
    assert verdict(policies(allow({"Federated": "other"})), Caller.federated(provider)) is DENY


def test_no_one_gets_in_without_credentials() -> None:
    assert verdict(policies(allow("*", Action="*")), Caller.anonymous()) is DENY


def test_an_explicit_deny_wins_and_is_named() -> None:
    found = policies(allow(), deny(Sid="Closed"))
    decision = decide(found, Request(someone(OTHER), "BatchGetImage", TARGET))
    assert decision.verdict is DENY
    assert decision.decided_by is not None
    assert (decision.decided_by.side, str(decision.decided_by.statement)) == (PolicySide.REPOSITORY, "'Closed'")


@pytest.mark.parametrize(("scope", "action", "expected"), [
    (Scope.V1, "BatchGetImage", DENY), (Scope.V2, "BatchGetImage", ALLOW), (Scope.V1, "ReplicateImage", ALLOW),
    (Scope.V1, "CreateRepository", ALLOW), (Scope.V1, "BatchImportUpstreamImage", ALLOW),
    (Scope.V2, "CreateRepository", ALLOW), (Scope.V2, "DescribeRegistry", ALLOW), (Scope.V1, "DescribeRegistry", DENY),
])  # fmt: skip
def test_the_registry_policy_takes_part_as_its_scope_says(scope: Scope, action: str, expected: AccessVerdict) -> None:
    found = PolicyPair(registry=policy(allow(Action="ecr:*", Resource="*")), scope=scope)
    assert verdict(found, someone(OTHER), action) is expected


@pytest.mark.parametrize(("resource", "expected"), [
    ("*", ALLOW), ("arn:aws:ecr:us-east-1:111111111111:repository/team/*", ALLOW),
    ("arn:aws:ecr:us-east-1:111111111111:repository/prod-*", DENY),
    ("arn:aws:ecr:*:${aws:PrincipalAccount}:repository/*", DENY), ("arn:aws:ecr:*:*:repository/team/???", ALLOW),
])  # fmt: skip
def test_a_statement_speaks_about_its_resources_only(resource: str, expected: AccessVerdict) -> None:
    found = PolicyPair(registry=policy(allow(Resource=resource)))
    assert verdict(found, someone(OTHER)) is expected


@pytest.mark.parametrize(("resource", "expected"), [
    ("*", ALLOW), ("**", ALLOW), ("?", ALLOW), ("arn:aws:ecr:us-east-1:111111111111:*", DENY), (TARGET.arn, DENY),
])  # fmt: skip
def test_an_action_without_a_resource_is_covered_by_what_covers_everything(
    resource: str, expected: AccessVerdict
) -> None:
    found = PolicyPair(registry=policy(allow(Action="ecr:PutRegistryPolicy", Resource=resource)))
    assert verdict(found, someone(OTHER), "PutRegistryPolicy") is expected


def test_not_resource_spares_what_it_lists() -> None:
    spared = {**allow(), "NotResource": TARGET.arn}
    assert verdict(PolicyPair(registry=policy(spared)), someone(OTHER)) is DENY


def test_a_repository_policy_says_nothing_about_what_is_not_asked_of_a_repository() -> None:
    found = policies(allow(Action="*"))
    silent = [each for each in ACTIONS if verdict(found, someone(OTHER), each) is not ALLOW]
    assert {"CreateRepository", "PutRegistryPolicy", "DescribeRegistry"} <= set(silent)
    assert not {"BatchGetImage", "PutImage", "DeleteRepository", "ReplicateImage"} & set(silent)


@pytest.mark.parametrize(("identity", "expected"), [(ALLOWS, ALLOW), (SILENT, DENY), (UNKNOWN, DEPENDS)])
def test_only_the_callers_own_side_hands_out_a_token(identity: Identity, expected: AccessVerdict) -> None:
    found = PolicyPair(policy(allow("*", Action="*")), policy(allow("*", Action="*", Resource="*")))
    assert verdict(found, someone(OTHER, identity), "GetAuthorizationToken") is expected


def test_the_registry_policy_can_withhold_a_token() -> None:
    found = PolicyPair(registry=policy(deny(Resource="*")))
    assert verdict(found, someone(OTHER), "GetAuthorizationToken") is DENY


def test_what_aws_does_not_document_is_not_decided() -> None:
    found = policies(allow("*", {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}))
    assert verdict(found, someone(OTHER)) is AccessVerdict.UNDECIDED
    assert (
        verdict(policies(allow(), deny({"StringNotLike": {"aws:PrincipalOrgPaths": "o-x/*"}})), someone(OTHER)) is DENY
    )


@pytest.mark.parametrize("arn", [
    "arn:aws:iam::222222222222:group/x", "arn:aws:iam::22222222222:role/x", "arn:aws:sts::222222222222:assumed-role/x",
    "arn:aws:s3:::bucket", "no one", "arn:aws:iam::222222222222:role/",
])  # fmt: skip
def test_what_cannot_call_is_no_caller(arn: str) -> None:
    with pytest.raises(InvalidValueError, match="is not an ARN that can call"):
        Caller.from_arn(arn)


def test_the_same_digits_in_another_partition_are_another_account() -> None:
    caller = someone(f"arn:aws-cn:iam::{REGISTRY}:role/ci", ALLOWS)
    assert verdict(PolicyPair(), caller) is DENY
    assert verdict(PolicyPair(), someone(OWN, ALLOWS)) is ALLOW

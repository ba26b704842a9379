from typing import Any

import pytest

from shared_ecr.access.lint import LintedPolicy, PolicyHolder, lint, refused
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.findings import Severity
from unit.access.policies import (
    CONSUMER,
    IN_ORGANIZATION,
    ORGANIZATION,
    PULL,
    TARGET,
    allow,
    deny,
    everyone_but,
    policy,
)

ORG = IN_ORGANIZATION["StringEquals"]
LAMBDA = {"Service": "lambda.amazonaws.com"}
OURS = {"StringEquals": {"aws:SourceAccount": CONSUMER}}
PATHS = f"{ORGANIZATION}/r-ab12/ou-ab12-11111111/"
PUSH = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload",
        "ecr:PutImage", "ecr:UploadLayerPart"]  # fmt: skip


def codes(
    *statements: dict[str, Any], version: str | None = "2012-10-17", holder: PolicyHolder = PolicyHolder.REPOSITORY
) -> set[str]:
    return {each.code for each in lint(LintedPolicy(policy(*statements, version=version), holder, TARGET))}


def units(*paths: str) -> dict[str, Any]:
    return {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": list(paths)}}


@pytest.mark.parametrize(("code", "statements"), [
    ("access-public", [allow("*")]),
    ("access-forall", [allow("*", {"ForAllValues:StringEquals": ORG})]),
    ("access-ifexists", [allow("*", {"StringEqualsIfExists": ORG})]),
    ("access-notprincipal", [everyone_but({"AWS": CONSUMER})]),
    ("access-notprincipal", [allow(), everyone_but({"AWS": CONSUMER}, "Deny")]),
    ("access-notaction", [{"Effect": "Allow", "Principal": {"AWS": CONSUMER}, "NotAction": "ecr:DeleteRepository"}]),
    ("confused-deputy", [allow(LAMBDA)]),
    ("confused-deputy", [allow(LAMBDA, {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:*"}})]),
    ("service-inert", [allow(LAMBDA, IN_ORGANIZATION)]),
    ("service-inert", [allow({"Service": "ecs-tasks.amazonaws.com"}, OURS)]),
    ("service-name", [allow({"Service": "lamda.amazonaws.com"}, OURS)]),
    ("service-name", [allow({"Service": "lambda"}, OURS)]),
    ("action-token", [allow(Action=[*PULL, "ecr:GetAuthorizationToken"])]),
    ("action-unknown", [allow(Action=[*PULL, "ecr:PullImage"])]),
    ("action-unknown", [allow(Action=[*PULL, "s3:GetObject"])]),
    ("action-level", [allow(Action=[*PULL, "ecr:PutRegistryPolicy"])]),
    ("action-wildcard", [allow(Action="ecr:*")]),
    ("action-admin", [allow(Action="ecr:SetRepositoryPolicy")]),
    ("action-admin", [allow("*", IN_ORGANIZATION, Action=[*PULL, "ecr:BatchDeleteImage"])]),
    ("capability-incomplete", [allow(Action=PULL[:1])]),
    ("capability-incomplete", [allow(Action=PULL[1:])]),
    ("capability-incomplete", [allow(Action=[each for each in PUSH if "Complete" not in each])]),
    ("condition-key-unknown", [allow("*", {"StringEquals": {**ORG, "ecr:RepositoryName": "x"}})]),
    ("condition-key-unknown", [allow("*", {"StringEquals": {**ORG, "aws:PrincipalTag": "x"}})]),
    ("condition-wildcard", [allow(condition={"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}})]),
    ("condition-undocumented", [allow("*", {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": PATHS}})]),
    ("condition-undocumented", [allow("*", {"StringNotLike": {"aws:PrincipalOrgPaths": PATHS}})]),
    ("condition-variable", [allow(condition={"Bool": {"aws:SecureTransport": "${aws:username}"}})]),
    ("condition-value", [allow(condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/99"}})]),
    ("condition-value", [allow(condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam"}})]),
    ("condition-value", [allow(condition={"DateLessThan": {"aws:CurrentTime": "tomorrow"}})]),
    ("condition-value", [allow(condition={"StringEquals": {"aws:SourceVpce": []}})]),
    ("org-path-leaf", [allow("*", units(PATHS))]),
    ("org-path", [allow("*", units("ou-ab12-11111111/*"))]),
    ("deny-services", [allow(), deny({"StringNotEquals": ORG})]),
    ("policy-lockout", [allow(), deny()]),
    ("policy-lockout", [allow(), deny({"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/x"}})]),
    ("principal-wildcard", [allow({"AWS": "arn:aws:iam::222222222222:role/*"})]),
    ("principal-must-exist", [allow({"AWS": "arn:aws:iam::222222222222:role/ci"})]),
    ("principal-account", [allow({"AWS": "arn:aws:iam::12345678901:root"})]),
    ("principal-account", [allow({"AWS": "12345678901"})]),
    ("principal-arn", [allow({"AWS": "everyone"})]),
    ("principal-kind", [allow({"AWS": "arn:aws:iam::222222222222:group/x"})]),
    ("principal-kind", [allow({"Federated": "cognito-identity.amazonaws.com"})]),
    ("principal-partition", [allow({"AWS": "arn:aws-cn:iam::222222222222:root"})]),
    ("principal-deleted", [allow({"AWS": "AROADBQP57FF2AEXAMPLE"})]),
    ("statement-dead", [allow(condition={"StringEquals": {"aws:PrincipalAccount": "333333333333"}})]),
    ("statement-dead", [allow(), deny()]),
    ("statement-dead", [allow(), deny(Principal={"AWS": CONSUMER})]),
    ("statement-dead", [allow(Action=[])]),
    ("statement-dead", [allow(Resource="arn:aws:ecr:us-east-1:111111111111:repository/other")]),
    ("statement-dead", []),
    ("policy-size", [allow({"AWS": [f"arn:aws:iam::{each:012}:root" for each in range(300)]})]),
])  # fmt: skip
def test_a_mistake_is_found_by_its_code(code: str, statements: list[dict[str, Any]]) -> None:
    assert code in codes(*statements)


@pytest.mark.parametrize("statements", [
    [allow()], [allow("*", IN_ORGANIZATION)], [allow(LAMBDA, OURS), allow()], [allow("*", units(f"{PATHS}*"))],
    [allow(), deny({"StringNotEqualsIfExists": ORG, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})],
    [allow(Action=PUSH)], [allow(Action=PULL[:1]), allow(Action=PULL[1:])],
    [allow("*", {"StringEquals": {**ORG, "aws:ResourceTag/owner": "${aws:PrincipalAccount}"}}, Action=PULL)],
    [allow(), deny({"Bool": {"aws:SecureTransport": "false"}})],
    [allow(), deny({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, Action="ecr:PutImage")],
    [allow("*", {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{PATHS}*"},
                 "Null": {"aws:PrincipalOrgPaths": "false"}})],
], ids=str)  # fmt: skip
def test_a_sound_policy_has_no_finding(statements: list[dict[str, Any]]) -> None:
    subject = LintedPolicy(policy(*statements))
    assert [str(each) for each in lint(subject)] == []


def test_a_statement_of_a_registry_policy_without_resource_is_found() -> None:
    replicas = allow(Action=["ecr:CreateRepository", "ecr:ReplicateImage"])
    assert codes(replicas, holder=PolicyHolder.REGISTRY) == {"policy-resource-missing"}


@pytest.mark.parametrize(("rest", "expected"), [
    pytest.param([], {"lambda-incomplete"}, id="nothing for the account"),
    pytest.param([allow({"AWS": CONSUMER})], set(), id="the account"),
    pytest.param([allow({"AWS": f"arn:aws:iam::{CONSUMER}:role/deployer"})], set(), id="a role of the account"),
    pytest.param([allow("*", IN_ORGANIZATION)], set(), id="the organization"),
    pytest.param([allow({"AWS": "333333333333"})], {"lambda-incomplete"}, id="another account"),
])  # fmt: skip
def test_lambda_of_another_account_needs_two_statements(rest: list[dict[str, Any]], expected: set[str]) -> None:
    statements = [allow(LAMBDA, {"ArnLike": {"aws:SourceArn": f"arn:aws:lambda:*:{CONSUMER}:function:*"}}), *rest]
    found = lint(LintedPolicy(policy(*statements), target=TARGET))
    assert {each.code for each in found} & {"lambda-incomplete"} == expected


def test_where_the_account_of_the_registry_is_not_known_half_a_grant_to_lambda_is_a_note() -> None:
    condition = {"ArnLike": {"aws:SourceArn": f"arn:aws:lambda:*:{CONSUMER}:function:*"}}
    [found] = lint(LintedPolicy(policy(allow(LAMBDA, condition))))
    assert (found.code, found.severity) == ("lambda-incomplete", "note")


def test_a_grant_of_a_token_alone_is_a_warning_and_no_dead_statement() -> None:
    [found] = lint(LintedPolicy(policy(allow(Action=["ecr:GetAuthorizationToken"])), target=TARGET))
    assert (found.code, found.severity) == ("action-token", "warning")


def test_a_sound_registry_policy_has_no_finding() -> None:
    replicas = allow(Action=["ecr:CreateRepository", "ecr:ReplicateImage"],
                     Resource="arn:aws:ecr:us-east-1:111111111111:repository/prod-*")  # fmt: skip
    assert codes(replicas, holder=PolicyHolder.REGISTRY) == set()


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_a_variable_under_the_older_language_is_found(version: str | None) -> None:
    written = allow("*", {"StringEquals": {**ORG, "aws:SourceVpce": "${aws:PrincipalAccount}"}})
    assert "policy-version" in codes(written, version=version)


@pytest.mark.parametrize(("written", "fix"), [
    ("ecr:PullImage", "A pull takes ecr:BatchGetImage and ecr:GetDownloadUrlForLayer: write these"),
    ("ecr:GetImage", "Remove it"),
    ("ecr:DeleteImages", "Remove it"),
    ("ecr:PutImages", "Did you mean 'ecr:PutImage'?"),
    ("ecr:putimag", "Did you mean 'ecr:PutImage'?"),
    ("PutImage", "Did you mean 'ecr:PutImage'?"),
])  # fmt: skip
def test_a_repair_never_turns_one_verb_into_another(written: str, fix: str) -> None:
    found = lint(LintedPolicy(policy(allow(Action=[*PULL, written]))))
    assert [each.fix for each in found if each.code == "action-unknown"] == [fix]


def test_an_example_for_an_unknown_action_is_what_was_meant() -> None:
    (finding,) = list(lint(LintedPolicy(policy(allow(Action=[*PULL, "ecr:BatchGetImages"])))))
    assert finding.fix == "Did you mean 'ecr:BatchGetImage'?"
    assert str(finding).endswith("Did you mean 'ecr:BatchGetImage'? [action-unknown]")


def test_what_must_exist_is_a_note_that_does_not_block() -> None:
    (finding,) = lint(LintedPolicy(policy(allow({"AWS": "arn:aws:iam::222222222222:role/ci"}))))
    assert finding.severity is Severity.NOTE


def test_a_push_that_cannot_look_is_warned_about_and_not_blocked() -> None:
    (finding,) = lint(LintedPolicy(policy(allow(Action=[each for each in PUSH if each != "ecr:BatchGetImage"]))))
    assert (finding.code, finding.severity) == ("capability-incomplete", Severity.WARNING)


def test_what_aws_refuses_becomes_findings() -> None:
    with pytest.raises(InvalidPolicyError) as caught:
        read_policy({"Version": "2012-10-18", "Statement": [{**allow(), "Effect": "allow"}]})
    assert [each.code for each in refused(caught.value)] == ["policy-version", "policy-effect"]

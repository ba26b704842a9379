import json
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.access.lint import PolicyHolder
from shared_ecr.access.policy_pair import PolicyPair, Scope
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.model.names import Region
from shared_ecr.review.documents import DeploymentTarget, InvalidDocumentError
from shared_ecr.review.rows import DeploymentPolicies, collect
from unit.access.policies import CONSUMER, REGISTRY, allow

PLACE = DeploymentTarget(REGISTRY, Region.parse("us-east-1"))
PARTITION: dict[str, Any] = {"Ref": "AWS::Partition"}


def policy(principal: object, **elements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [allow({"AWS": principal}, **elements)]}


def repository(text: object, **properties: object) -> dict[str, Any]:
    properties = {"RepositoryName": "team/app", "RepositoryPolicyText": text, **properties}
    return {"Type": "AWS::ECR::Repository", "Properties": properties}


def read(
    folder: Path, resources: dict[str, Any], place: DeploymentTarget = PLACE, **sections: object
) -> DeploymentPolicies:
    file = folder / "stack.template.json"
    file.write_text(json.dumps({"Resources": resources, **sections}), encoding="utf-8")
    return collect(file, place)


def principals(found: PolicyPair) -> list[str]:
    assert found.repository is not None
    return [text for each in found.repository.statements for _, text in each.principal.written]


@pytest.mark.parametrize(("written", "expected"), [
    ({"Fn::Join": ["", ["arn:", PARTITION, f":iam::{CONSUMER}:root"]]}, f"arn:aws:iam::{CONSUMER}:root"),
    ({"Fn::Sub": f"arn:${{AWS::Partition}}:iam::{CONSUMER}:role/ci"}, f"arn:aws:iam::{CONSUMER}:role/ci"),
    ({"Fn::Sub": ["arn:aws:iam::${Id}:role/ci", {"Id": CONSUMER}]}, f"arn:aws:iam::{CONSUMER}:role/ci"),
    ({"Ref": "AWS::AccountId"}, REGISTRY), ({"Ref": "Consumer"}, CONSUMER),
    ({"Fn::Select": [1, {"Fn::Split": [",", f"a,{CONSUMER}"]}]}, CONSUMER),
    ({"Fn::Sub": "${!aws:username}"}, "${aws:username}"),
], ids=str)  # fmt: skip
def test_an_intrinsic_function_gives_what_the_deployment_will(tmp_path: Path, written: object, expected: str) -> None:
    consumer = {"Default": CONSUMER, "AllowedValues": [CONSUMER]}
    found = read(tmp_path, {"App": repository(policy(written))}, Parameters={"Consumer": consumer})
    assert principals(found.rows[0].policies) == [expected]
    assert found.notes == ()


def test_what_only_the_deployment_knows_is_said_and_means_no_one(tmp_path: Path) -> None:
    role = {"Type": "AWS::IAM::Role"}
    found = read(tmp_path, {"App": repository(policy({"Fn::GetAtt": ["Role", "Arn"]})), "Role": role})
    assert principals(found.rows[0].policies) == ["${Deployed:Role.Arn}"]
    assert "Role.Arn is known only once deployed" in found.notes[0]


def test_a_policy_may_stand_as_a_text(tmp_path: Path) -> None:
    found = read(tmp_path, {"App": repository(json.dumps(policy(CONSUMER)))})
    assert principals(found.rows[0].policies) == [CONSUMER]


def test_the_registry_policy_speaks_about_every_repository(tmp_path: Path) -> None:
    registry = {"Type": "AWS::ECR::RegistryPolicy", "Properties": {"PolicyText": policy(CONSUMER, Resource="*")}}
    found = read(tmp_path, {"App": repository(policy(CONSUMER)), "Registry": registry})
    (row,) = found.rows
    assert row.policies.registry is not None
    assert {each.holder for each in found.held} == {PolicyHolder.REPOSITORY, PolicyHolder.REGISTRY}


def test_a_creation_template_is_asked_about_as_a_repository_to_come(tmp_path: Path) -> None:
    properties = {"Prefix": "cache/", "AppliedFor": ["REPLICATION"], "RepositoryPolicy": json.dumps(policy(CONSUMER))}
    found = read(tmp_path, {"T": {"Type": "AWS::ECR::RepositoryCreationTemplate", "Properties": properties}})
    assert found.rows[0].target.name == "cache/any-new-repository"


def test_a_repository_without_a_name_has_its_logical_id(tmp_path: Path) -> None:
    found = read(tmp_path, {"App": {"Type": "AWS::ECR::Repository"}})
    assert (found.rows[0].target.name, found.rows[0].policies.repository) == ("App", None)


def test_cdk_out_says_where_each_stack_goes(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"Resources": {"App": repository(policy({"Ref": "AWS::Region"}))}}))
    stack = {
        "type": "aws:cloudformation:stack", "environment": "aws://222222222222/eu-west-1",
        "properties": {"templateFile": "a.json"},
    }  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"a": stack, "b": {"type": "cdk:tree"}}}))
    (row,) = collect(tmp_path, PLACE).rows
    assert (row.target.account, row.target.region) == ("222222222222", "eu-west-1")
    assert principals(row.policies) == ["eu-west-1"]


def test_a_policy_that_only_the_deployment_completes_is_left_out_and_reported(tmp_path: Path) -> None:
    text = {"Fn::Sub": ["${Whole}", {"Whole": {"Fn::ImportValue": "policy"}}]}
    found = read(tmp_path, {"App": repository(text)})
    assert found.rows[0].policies.repository is None
    assert "Fn::ImportValue policy is known only once deployed" in found.notes[0]


def test_a_repository_that_exists_in_one_world_is_a_row_of_this_world(tmp_path: Path) -> None:
    app = {**repository(policy(CONSUMER)), "Condition": "Later"}
    conditions = {"Later": {"Fn::Equals": [{"Ref": "Unset"}, "yes"]}}
    found = read(tmp_path, {"App": app}, Conditions=conditions, Parameters={"Unset": {"Type": "String"}})
    (row,) = found.rows
    assert principals(row.policies) == [CONSUMER]
    assert row.name == "team/app (if Unset is yes)"


def test_a_setting_of_the_account_narrows_what_the_registry_policy_is_asked_about(tmp_path: Path) -> None:
    body = json.dumps({"name": "REGISTRY_POLICY_SCOPE", "value": "V1"})
    setting = {"Type": "Custom::EcrSetting", "Properties": {"Operation": "PutAccountSetting", "Body": body}}
    found = read(tmp_path, {"App": repository(policy(CONSUMER)), "Scope": setting})
    assert found.rows[0].policies.scope is Scope.V1


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_what_is_no_template_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(InvalidDocumentError):
        collect(tmp_path / "t.json", PLACE)


def test_a_policy_that_aws_refuses_names_its_resource(tmp_path: Path) -> None:
    with pytest.raises(InvalidPolicyError, match=r"stack\.template\.json: App: Statement\[0\]\.Effect"):
        read(tmp_path, {"App": repository(policy(CONSUMER, Effect="allow"))})


def test_a_policy_that_a_custom_resource_sets_by_a_call_is_the_policy_of_the_repository(tmp_path: Path) -> None:
    sent = {"repositoryName": "team/app", "policyText": json.dumps(policy("*"))}
    call = json.dumps({"service": "ECR", "action": "setRepositoryPolicy", "parameters": sent})
    custom = {"Type": "Custom::AWS", "Properties": {"Create": call}}
    found = read(tmp_path, {"App": repository(policy(CONSUMER)), "Call": custom})
    assert [principals(each.policies) for each in found.rows] == [["*"]]


OPEN = "{{resolve:ssm:/x}}"


def widest(folder: Path, text: object, **others: Any) -> PolicyPair:
    folder.joinpath("stack.template.json").write_text(
        json.dumps({"Resources": {"App": repository(text), **others}}), encoding="utf-8"
    )
    (row,) = collect(folder / "stack.template.json", PLACE, upper_bound=True).rows
    return row.policies


@pytest.mark.parametrize("text", [
    OPEN,
    {"Version": "2012-10-17", "Statement": OPEN},
    {"Version": "2012-10-17", "Statement": [OPEN]},
    {"Version": "2012-10-17", "Statement": [{**allow({"AWS": OPEN}), "Action": OPEN}]},
    {"Version": "2012-10-17", "Statement": [{**allow({"AWS": CONSUMER}), "Effect": OPEN}]},
], ids=["policy", "statements", "statement", "principal and action", "effect"])  # fmt: skip
def test_an_open_policy_counts_as_the_most_that_it_can_allow(tmp_path: Path, text: object) -> None:
    found = widest(tmp_path, text)
    assert found.repository is not None
    (statement,) = found.repository.statements
    assert [text for _, text in statement.principal.written] == ["*"]


def test_a_denial_that_is_open_denies_nothing_for_certain(tmp_path: Path) -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "ecr:*",
        "Condition": {"StringEquals": {"aws:SourceVpc": OPEN}},
    }
    found = widest(tmp_path, {"Version": "2012-10-17", "Statement": [allow({"AWS": CONSUMER}), deny]})
    assert found.repository is not None
    assert len(found.repository.statements) == 1


def test_a_role_of_the_stack_stays_a_principal_of_its_account(tmp_path: Path) -> None:
    role = {"Type": "AWS::IAM::Role"}
    found = widest(tmp_path, policy({"Fn::GetAtt": ["Role", "Arn"]}), Role=role)
    assert principals(found) == ["${Deployed:Role.Arn}"]


def test_a_policy_that_depends_on_too_much_says_that_rows_can_be_missing(tmp_path: Path) -> None:
    names = [f"P{number}" for number in range(13)]
    conditions = {name: {"Fn::Equals": [{"Ref": name}, "yes"]} for name in names}
    statements = [{"Fn::If": [name, allow({"AWS": CONSUMER}), {"Ref": "AWS::NoValue"}]} for name in names]
    app = repository({"Version": "2012-10-17", "Statement": statements})
    parameters = {name: {"Type": "String"} for name in names}
    found = read(tmp_path, {"App": app}, Conditions=conditions, Parameters=parameters)
    assert "rows may be missing" in found.notes[-1]

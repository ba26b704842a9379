from pathlib import Path
from typing import Any

import pytest

from shared_ecr.review.documents import DeploymentTarget
from unit.review.documents.reading import ACCOUNT, doubts, named, read, repository, resources

NO_VALUE = {"Ref": "AWS::NoValue"}
TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Team": {"Type": "String", "Default": "shop"},
        "Names": {"Type": "CommaDelimitedList", "Default": "a, b"},
        "Count": {"Type": "Number", "Default": 5},
        "Secret": {"Type": "String", "Default": "hunter2", "NoEcho": True},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/path"},
        "Unset": {"Type": "String"},
    },
    "Mappings": {"Ids": {"us-east-1": {"home": "222222222222"}}},
    "Conditions": {
        "Yes": {"Fn::Equals": [{"Ref": "Team"}, "shop"]},
        "No": {"Fn::Not": [{"Condition": "Yes"}]},
        "Later": {"Fn::Equals": [{"Ref": "Unset"}, "x"]},
    },
}


def value_of(folder: Path, written: object) -> object:
    template = {**TEMPLATE, **resources(
        It=repository(X=written),
        Other=repository(RepositoryName="team/other"),
        Role={"Type": "AWS::IAM::Role", "Properties": {"RoleName": "ci", "Path": "/teams/"}},
        Made={"Type": "AWS::IAM::Role"},
    )}  # fmt: skip
    return named(read(folder, template), "It").properties.get("X", "left out")


@pytest.mark.parametrize(("written", "expected"), [
    ({"Ref": "Team"}, "shop"),
    ({"Ref": "Names"}, ["a", "b"]),
    ({"Ref": "Count"}, "5"),
    ({"Ref": "AWS::AccountId"}, ACCOUNT),
    ({"Ref": "AWS::URLSuffix"}, "amazonaws.com"),
    (NO_VALUE, "left out"),
    ([NO_VALUE, "a"], ["a"]),
    ({"a": NO_VALUE, "b": "c"}, {"b": "c"}),
    ({"Ref": "Other"}, "team/other"),
    ({"Fn::GetAtt": ["Other", "Arn"]}, f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/team/other"),
    ({"Fn::GetAtt": "Other.RepositoryUri"}, f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/team/other"),
    ({"Fn::GetAtt": ["Role", "Arn"]}, f"arn:aws:iam::{ACCOUNT}:role/teams/ci"),
    ({"Fn::Join": ["-", ["a", {"Ref": "Team"}, True]]}, "a-shop-true"),
    ({"Fn::Join": [",", {"Ref": "Names"}]}, "a,b"),
    ({"Fn::Sub": "${Team}/${AWS::Region}/${Other.Arn}/${!Team}"},
     f"shop/us-east-1/arn:aws:ecr:us-east-1:{ACCOUNT}:repository/team/other/${{Team}}"),
    ({"Fn::Sub": ["${Own}-${Team}", {"Own": {"Ref": "Count"}}]}, "5-shop"),
    ({"Fn::Split": ["-", "a-b"]}, ["a", "b"]),
    ({"Fn::Select": ["1", {"Ref": "Names"}]}, "b"),
    ({"Fn::Select": [0, ["x", "y"]]}, "x"),
    ({"Fn::If": ["Yes", "a", "b"]}, "a"),
    ({"Fn::If": ["No", "a", NO_VALUE]}, "left out"),
    ({"Fn::FindInMap": ["Ids", {"Ref": "AWS::Region"}, "home"]}, "222222222222"),
    ({"Fn::FindInMap": ["Ids", "mars", "home", {"DefaultValue": {"Ref": "Team"}}]}, "shop"),
    ({"Fn::Base64": "a"}, "YQ=="),
    ({"Fn::ToJsonString": {"a": [1, True, {"Ref": "Team"}]}}, '{"a":[1,true,"shop"]}'),
    ({"Fn::Length": {"Ref": "Names"}}, "2"),
], ids=str)  # fmt: skip
def test_a_function_gives_what_the_deployment_will(tmp_path: Path, written: object, expected: object) -> None:
    assert value_of(tmp_path, written) == expected


@pytest.mark.parametrize(("written", "expected"), [
    ({"Ref": "Unset"}, "${Deployed:Unset}"),
    ({"Ref": "Stored"}, "${Deployed:Stored}"),
    ({"Ref": "Secret"}, "${Deployed:Secret}"),
    ({"Ref": "AWS::StackName"}, "${Deployed:AWS::StackName}"),
    ({"Ref": "Made"}, "${Deployed:Made}"),
    ({"Fn::GetAtt": ["Made", "Arn"]}, "${Deployed:Made.Arn}"),
    ({"Fn::Sub": "arn:${Unset}"}, "arn:${Deployed:Unset}"),
    ({"Fn::Join": ["", ["a", {"Fn::GetAtt": ["Made", "Arn"]}]]}, "a${Deployed:Made.Arn}"),
    ({"Fn::Split": [":", {"Ref": "Unset"}]}, '${Deployed:Fn::Split [":","Unset"]}'),
    ({"Fn::Select": ["0", {"Ref": "Unset"}]}, '${Deployed:Fn::Select ["0","Unset"]}'),
    ({"Fn::ImportValue": {"Fn::Sub": "${Team}-key"}}, "${Deployed:Fn::ImportValue shop-key}"),
    ({"Fn::GetAZs": ""}, "${Deployed:Fn::GetAZs }"),
    ({"Fn::Cidr": ["10.0.0.0/16", 2]}, '${Deployed:Fn::Cidr ["10.0.0.0/16",2]}'),
    ("{{resolve:ssm:/key:1}}", "${Deployed:resolve:ssm:/key:1}"),
], ids=str)  # fmt: skip
def test_what_only_a_deployment_knows_stays_open_in_its_place(tmp_path: Path, written: object, expected: str) -> None:
    assert value_of(tmp_path, written) == expected


@pytest.mark.parametrize(("written", "expected"), [
    ({"Fn::If": ["Later", "a", "a"]}, "a"),
    ({"Fn::If": ["Later", "a", "b"]}, "b"),
    ({"Fn::If": ["Later", NO_VALUE, {"a": "b"}]}, {"a": "b"}),
    (["x", {"Fn::If": ["Later", {"a": "b"}, NO_VALUE]}], ["x"]),
    ([{"Fn::If": ["Later", "a", "b"]}], ["b"]),
], ids=str)  # fmt: skip
def test_without_another_assumption_an_open_parameter_equals_nothing_it_is_compared_with(
    tmp_path: Path, written: object, expected: object
) -> None:
    assert value_of(tmp_path, written) == expected


@pytest.mark.parametrize(("written", "said"), [
    ({"Fn::Transmogrify": "x"}, "Fn::Transmogrify is not a known function"),
    ({"Ref": "Unmade"}, "Unmade is neither a parameter nor a resource"),
    ({"Ref": ["Team"]}, "Ref does not have the arguments that it needs"),
    ({"Fn::GetAtt": ["Unmade", "Arn"]}, "Unmade is not a resource of the template"),
    ({"Fn::Join": "x"}, "Fn::Join does not have the arguments that it needs"),
    ({"Fn::Select": ["7", ["a"]]}, "Fn::Select does not have the arguments that it needs"),
    ({"Fn::FindInMap": ["Ids", "mars", "home"]}, "Fn::FindInMap does not have the arguments that it needs"),
    ({"Fn::Transform": {"Name": "AWS::Include"}}, "Fn::Transform is not a known function"),
    ({"a": "b", "Fn::Transform": {"Name": "AWS::Include"}}, "Fn::Transform adds what is not judged"),
    ({"Fn::If": ["Undefined", "a", "a"]}, "Fn::If names the condition 'Undefined', which the template does not define"),
    ({"Fn::GetAtt": ["Made", "Arn"]}, "Made.Arn is known only once deployed"),
], ids=str)  # fmt: skip
def test_what_cannot_be_judged_is_shown_with_its_place(tmp_path: Path, written: object, said: str) -> None:
    template = {**TEMPLATE, **resources(It=repository(X=written), Made={"Type": "AWS::IAM::Role"})}
    (doubt,) = doubts(read(tmp_path, template))
    assert doubt.startswith("t.json:1:")
    assert f": It: X: {said}" in doubt


def test_that_a_key_is_made_beside_the_repository_is_no_doubt(tmp_path: Path) -> None:
    key = {"EncryptionType": "KMS", "KmsKey": {"Fn::GetAtt": ["Key", "Arn"]}}
    template = resources(It=repository(EncryptionConfiguration=key), Key={"Type": "AWS::KMS::Key"})
    assert doubts(read(tmp_path, template)) == []


def test_what_stays_open_in_resources_of_others_is_no_doubt(tmp_path: Path) -> None:
    template = resources(Q={"Type": "AWS::SQS::Queue", "Properties": {"X": {"Fn::Transmogrify": "x"}}})
    assert doubts(read(tmp_path, template)) == []


def test_without_an_account_the_pseudo_parameters_stay_open(tmp_path: Path) -> None:
    read_at_no_place = read(
        tmp_path, resources(It=repository(X={"Fn::Sub": "${AWS::AccountId}"})), place=DeploymentTarget()
    )
    assert named(read_at_no_place, "It").properties["X"] == "${Deployed:AWS::AccountId}"


def test_names_that_refer_to_each_other_in_a_circle_stay_open(tmp_path: Path) -> None:
    circle = {"A": repository(RepositoryName={"Ref": "B"}), "B": repository(RepositoryName={"Ref": "A"})}
    assert named(read(tmp_path, {"Resources": circle}), "A").text("RepositoryName") is None


def test_names_that_lead_to_names_too_often_stay_open(tmp_path: Path) -> None:
    chain = {f"R{i}": repository(RepositoryName={"Ref": f"R{i + 1}"}) for i in range(3000)}
    found = read(tmp_path, {"Resources": {**chain, "R3000": repository(RepositoryName="end")}})
    assert named(found, "R0").text("RepositoryName") is None
    assert named(found, "R2999").text("RepositoryName") == "end"


def test_texts_that_grow_beyond_any_template_stay_open(tmp_path: Path) -> None:
    parameters = {"P": {"Type": "String", "Default": "x" * 100_000}}
    bomb = {f"R{i}": repository(X={"Fn::Sub": "${P}" * 10}) for i in range(100)}
    found = read(tmp_path, {"Parameters": parameters, "Resources": bomb})
    assert "make more text than a template can hold" in doubts(found)[0]


def test_numbers_of_a_policy_are_texts_as_cloudformation_makes_them(tmp_path: Path) -> None:
    template = resources(It=repository(RepositoryPolicyText={"Statement": [{"Principal": {"AWS": 111111111111}}]}))
    text = named(read(tmp_path, template), "It").properties["RepositoryPolicyText"]
    assert repr(text) == "{'Statement': [{'Principal': {'AWS': '111111111111'}}]}"
    assert type(text["Statement"][0]["Principal"]["AWS"]) is str  # type: ignore[call-overload, index]  # read above

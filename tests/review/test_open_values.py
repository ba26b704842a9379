"""What only a deployment knows is judged in every world, or is reported: in each type that a rule looks at."""

from pathlib import Path
from typing import Any

import pytest

from review.changes.attacks.templates import FUNCTION, allow, policy, repository, resource
from review.two_sides import Body, blocking, reviewed, template
from shared_ecr.review.verdict import Conclusion

ROLE = "arn:aws:iam::111111111111:role/build"
PROD: dict[str, Body] = {
    "Parameters": {"Env": {"Type": "String"}},
    "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
}
OPEN = {"Parameters": {"Open": {"Type": "String"}}}
PUSHED_BY_A_BUILD = repository(
    RepositoryPolicyText=policy(allow({"AWS": ROLE}, ["ecr:PutImage", "ecr:InitiateLayerUpload"]))
)
RULE = resource(
    "AWS::Events::Rule", EventPattern={"source": ["aws.ecr"]}, Targets=[{"Id": "Topic", "Arn": {"Ref": "Topic"}}]
)


def build(location: Any) -> Body:
    source = {"Type": "GITHUB", "Location": location}
    project = resource("AWS::CodeBuild::Project", Name="build", ServiceRole=ROLE, Source=source)
    return {"App": PUSHED_BY_A_BUILD, "Build": project}


def topic(principal: Any, **more: Any) -> Body:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sns:Subscribe", "Resource": "*"} | more
    return topic_with({"Statement": [statement]})


def topic_with(document: Any) -> Body:
    held = resource("AWS::SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument=document)
    return {"App": repository(), "Topic": {"Type": "AWS::SNS::Topic"}, "Rule": RULE, "Policy": held}


def extension(name: Any) -> Body:
    return {"App": repository(), "Cleaner": resource("Acme::Images::Cleaner", RepositoryName=name)}


OWN = {"AWS": "arn:aws:iam::111111111111:root"}


@pytest.mark.parametrize(
    ("made", "harmless", "harmful", "code"),
    [
        pytest.param(build, "https://a/good", "https://a/other", "build-source-changed", id="build"),
        pytest.param(topic, OWN, "*", "notification-public", id="topic"),
        pytest.param(extension, "other", "team/app", "custom-resource-not-judged", id="extension"),
    ],
)
def test_a_change_of_another_service_that_holds_in_one_world_blocks(
    tmp_path: Path, made: Any, harmless: Any, harmful: Any, code: str
) -> None:
    either = {"Fn::If": ["IsProd", harmful, harmless]}
    found = reviewed(tmp_path, template(made(harmless), **PROD), template(made(either), **PROD))
    assert code in blocking(found)
    assert any(each.finding.what.startswith("if Env is prod: ") for each in found.findings if each.blocks)


@pytest.mark.parametrize(
    "after",
    [
        topic({"Ref": "Open"}),
        topic(OWN, Effect={"Ref": "Open"}),
        topic_with({"Ref": "Open"}),
        topic_with({"Statement": {"Ref": "Open"}}),
        topic_with({"Statement": [{"Ref": "Open"}]}),
    ],
)
def test_who_has_access_to_a_topic_and_is_hidden_by_the_change_blocks(tmp_path: Path, after: Body) -> None:
    found = reviewed(tmp_path, template(topic(OWN), **OPEN), template(after, **OPEN))
    assert "hidden-by-change" in blocking(found)


def test_who_has_access_to_a_topic_and_was_open_before_is_not_judged(tmp_path: Path) -> None:
    both = template(topic({"Ref": "Open"}), **OPEN)
    assert reviewed(tmp_path, both, both).conclusion is Conclusion.NOT_ALL_JUDGED


def test_a_role_of_the_same_stack_that_gets_access_to_a_topic_is_one_of_its_account(tmp_path: Path) -> None:
    role = {"Reader": resource("AWS::IAM::Role")}
    after = topic({"AWS": {"Fn::GetAtt": ["Reader", "Arn"]}}) | role
    assert reviewed(tmp_path, template(topic(OWN) | role), template(after)).conclusion is Conclusion.CLEAR


@pytest.mark.parametrize("name", ["DeletionPolicy", "UpdateReplacePolicy"])
def test_a_policy_of_cloudformation_that_is_open_on_both_sides_is_not_judged(tmp_path: Path, name: str) -> None:
    both = template({"App": repository() | {name: {"Ref": "Open"}}}, **OPEN)
    assert reviewed(tmp_path, both, both).conclusion is Conclusion.NOT_ALL_JUDGED


def with_key(key: Any) -> Body:
    encryption = {"EncryptionType": "KMS", "KmsKey": key}
    return {"App": repository(EncryptionConfiguration=encryption), "Key": resource("AWS::KMS::Key")}


@pytest.mark.parametrize("key", [{"Ref": "Open"}, "{{resolve:ssm:/key}}", {"Fn::Sub": "alias/${Open}"}])
def test_a_key_that_the_next_deployment_may_give_otherwise_is_not_judged(tmp_path: Path, key: Any) -> None:
    both = template(with_key(key), **OPEN)
    assert reviewed(tmp_path, both, both).conclusion is Conclusion.NOT_ALL_JUDGED


@pytest.mark.parametrize("key", [{"Fn::GetAtt": ["Key", "Arn"]}, {"Ref": "Key"}, {"Fn::ImportValue": "key"}])
def test_a_key_of_the_same_stack_or_an_import_stays_what_it_is(tmp_path: Path, key: Any) -> None:
    both = template(with_key(key), **OPEN)
    assert reviewed(tmp_path, both, both).conclusion is Conclusion.CLEAR


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("AWS::KMS::Key", {"KeyPolicy": {"Ref": "Open"}}),
        ("AWS::KMS::Key", {"KeyPolicy": {"Statement": [{"Ref": "Open"}]}}),
        ("AWS::KMS::Alias", {"AliasName": "alias/a", "TargetKeyId": {"Ref": "Open"}}),
        ("AWS::KMS::ReplicaKey", {"PrimaryKeyArn": {"Ref": "Open"}}),
    ],
)
def test_what_decides_about_a_key_and_is_open_on_both_sides_is_not_judged(
    tmp_path: Path, type_: str, properties: Body
) -> None:
    both = template({"App": repository(), "Key": resource(type_, **properties)}, **OPEN)
    assert reviewed(tmp_path, both, both).conclusion is Conclusion.NOT_ALL_JUDGED


def custom(**properties: Any) -> Body:
    return {"App": repository(), "Code": resource("Custom::Cleaner", ServiceToken=FUNCTION, **properties)}


@pytest.mark.parametrize(
    "given",
    ['{"repository": "team/app", "keep": 0}', "repositories=team/app,team/web", "team/app", {"Fn::Sub": "of=${App}"}],
)
def test_a_custom_resource_that_is_given_a_repository_within_a_text_blocks(tmp_path: Path, given: Any) -> None:
    found = reviewed(tmp_path, template({"App": repository()}), template(custom(Config=given)))
    assert "custom-resource-not-judged" in blocking(found)


@pytest.mark.parametrize("given", ["the app is new", "my-app", "team/app-2", "apps"])
def test_a_word_that_is_like_the_name_of_a_repository_is_not_its_name(tmp_path: Path, given: str) -> None:
    app = {"App": repository("app" if "/" not in given else "team/app")}
    found = reviewed(tmp_path, template(app), template(custom(Config=given) | app))
    assert blocking(found) == set()


def test_a_call_that_becomes_open_blocks_whatever_the_type_is_called(tmp_path: Path) -> None:
    looks = {"service": "ECR", "action": "listImages", "parameters": {"repositoryName": "team/app"}}
    before, after = (template(custom(Update=each), **OPEN) for each in (looks, {"Ref": "Open"}))
    assert "custom-resource-not-judged" in blocking(reviewed(tmp_path, before, after))


def test_a_logical_id_that_changes_in_one_world_blocks_though_both_have_the_same_properties(tmp_path: Path) -> None:
    either = {"App": repository() | {"Condition": "IsOther"}, "New": repository() | {"Condition": "IsProd"}}
    conditions: Body = {**PROD["Conditions"], "IsOther": {"Fn::Not": [{"Condition": "IsProd"}]}}
    after = template(either, Parameters=PROD["Parameters"], Conditions=conditions)
    found = reviewed(tmp_path, template({"App": repository()}, **PROD), after)
    assert "logical-id-changed" in blocking(found)


STORED = {"EncryptionType": "KMS", "KmsKey": "{{resolve:ssm:/shared-ecr/key}}"}


def test_an_open_key_of_a_repository_that_is_new_hides_nothing(tmp_path: Path) -> None:
    before = template({"App": repository()})
    after = template({"App": repository(), "New": repository("team/new", EncryptionConfiguration=STORED)})
    assert blocking(reviewed(tmp_path, before, after)) == set()


@pytest.mark.parametrize("logical_id", ["App", "Moved"])
def test_an_open_key_of_a_repository_that_was_there_hides_what_happens_to_its_images(
    tmp_path: Path, logical_id: str
) -> None:
    before = template({"App": repository()})
    after = template({logical_id: repository(EncryptionConfiguration=STORED)})
    assert "hidden-by-change" in blocking(reviewed(tmp_path, before, after))


def test_an_open_key_of_a_repository_that_may_be_one_of_before_hides_what_happens_to_its_images(
    tmp_path: Path,
) -> None:
    before = template({"App": repository(None, RepositoryName={"Ref": "Open"})}, **OPEN)
    after = template({"New": repository("team/new", EncryptionConfiguration=STORED)}, **OPEN)
    assert "hidden-by-change" in blocking(reviewed(tmp_path, before, after))


def storing(value: Any, logical_id: str = "Key") -> Body:
    """Return a stack that stores its key for others."""
    parameter = resource("AWS::SSM::Parameter", Name="/shared-ecr/key", Type="String", Value=value)
    return template({logical_id: resource("AWS::KMS::Key"), "Stored": parameter}, **OPEN)


def reading() -> Body:
    return template({"App": repository(EncryptionConfiguration=STORED)})


ARN = {"Fn::GetAtt": ["Key", "Arn"]}


def test_a_key_that_another_stack_of_the_deployment_stores_is_known(tmp_path: Path) -> None:
    both = {"a.json": storing(ARN), "b.json": reading()}
    assert reviewed(tmp_path, both, both).conclusion is Conclusion.CLEAR


def test_a_key_that_is_stored_from_an_open_value_is_not_judged(tmp_path: Path) -> None:
    both = {"a.json": storing({"Ref": "Open"}), "b.json": reading()}
    assert reviewed(tmp_path, both, both).conclusion is Conclusion.NOT_ALL_JUDGED


def test_another_key_that_is_stored_for_other_stacks_blocks(tmp_path: Path) -> None:
    before = {"a.json": storing(ARN), "b.json": reading()}
    after = {"a.json": storing({"Fn::GetAtt": ["Other", "Arn"]}, "Other"), "b.json": reading()}
    assert "repository-replaced" in blocking(reviewed(tmp_path, before, after))

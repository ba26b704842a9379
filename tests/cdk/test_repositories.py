import json
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from cdk.synthesized import HERE, registry_of, repository_spec, resources_of, shared_stack, template_of
from shared_ecr.model.lifecycle import NoLifecyclePolicy
from shared_ecr.model.names import AccountId, RepositoryName
from shared_ecr.model.permissions import AccessLevel, Grant, PolicyLocation, VerbatimStatement
from shared_ecr.model.principals import Account, LambdaFunctions
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr_constructs import SharedRepositories, SharedRepository

REPOSITORY = "AWS::ECR::Repository"


def test_a_repository_of_a_collection_is_retained(stack: cdk.Stack) -> None:
    SharedRepositories(stack, "Repositories", specs=[repository_spec()], place=HERE)

    [repository] = resources_of(stack, REPOSITORY)
    assert _policies(repository) == ("RetainExceptOnCreate", "Retain")


def test_a_repository_alone_in_a_stack_is_retained(stack: cdk.Stack) -> None:
    SharedRepository(stack, "Repository", spec=repository_spec(), place=HERE)

    [repository] = resources_of(stack, REPOSITORY)
    assert _policies(repository) == ("RetainExceptOnCreate", "Retain")


def test_a_repository_alone_in_a_construct_is_retained(stack: cdk.Stack) -> None:
    SharedRepository(Construct(stack, "Mine"), "Repository", spec=repository_spec(), place=HERE)

    [repository] = resources_of(stack, REPOSITORY)
    assert _policies(repository) == ("RetainExceptOnCreate", "Retain")


def test_a_collection_retains_nothing_but_its_own(stack: cdk.Stack) -> None:
    SharedRepositories(stack, "Repositories", specs=[repository_spec()], place=HERE)
    cdk.CfnResource(stack, "Queue", type="AWS::SQS::Queue")

    [queue] = resources_of(stack, "AWS::SQS::Queue")
    assert _policies(queue) == (None, None)


def _policies(resource: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return what happens to *resource* when it leaves the stack, and when it is replaced."""
    return resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")


def test_a_collection_knows_its_members_by_name(stack: cdk.Stack) -> None:
    collection = SharedRepositories(stack, "Repositories", specs=[repository_spec("team/app")], place=HERE)

    assert collection.members.keys() == {RepositoryName("team/app")}


def test_a_repository_under_the_key_of_the_stack_needs_the_arn_of_the_key(stack: cdk.Stack) -> None:
    with pytest.raises(ValueError, match="no key_arn is given"):
        SharedRepository(stack, "Repository", spec=RepositorySpec(RepositoryName("team/app")), place=HERE)


def test_a_repository_that_grants_nothing_has_no_policy(stack: cdk.Stack) -> None:
    SharedRepository(stack, "Repository", spec=repository_spec(), place=HERE)

    [repository] = resources_of(stack, REPOSITORY)
    assert "RepositoryPolicyText" not in repository["Properties"]


def test_a_repository_without_tags_of_its_own_has_none(stack: cdk.Stack) -> None:
    SharedRepository(stack, "Repository", spec=repository_spec(), place=HERE)

    [repository] = resources_of(stack, REPOSITORY)
    assert "Tags" not in repository["Properties"]


def test_the_tags_of_the_app_reach_the_repositories_beside_their_own(app: cdk.App) -> None:
    stack = shared_stack(app, registry_of("{team/app: {tags: {owner: platform}}}"))
    cdk.Tags.of(app).add("stage", "production")

    [repository] = resources_of(stack, REPOSITORY)
    assert repository["Properties"]["Tags"] == [
        {"Key": "owner", "Value": "platform"},
        {"Key": "stage", "Value": "production"},
    ]


def test_a_repository_lends_itself_to_constructs_that_grant(stack: cdk.Stack) -> None:
    repository = SharedRepository(stack, "Repository", spec=repository_spec(), place=HERE)
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))

    repository.as_repository(stack, "Lent").grant_pull(role)

    [policy] = resources_of(stack, "AWS::IAM::Policy")
    pulls, token = policy["Properties"]["PolicyDocument"]["Statement"]
    assert pulls["Resource"] == {"Fn::GetAtt": ["Repository", "Arn"]}
    assert (token["Action"], token["Resource"]) == ("ecr:GetAuthorizationToken", "*")


def test_lending_a_repository_leaves_its_own_policy_alone(stack: cdk.Stack) -> None:
    repository = SharedRepository(stack, "Repository", spec=repository_spec(), place=HERE)
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))

    repository.as_repository(stack, "Lent").grant_pull(role)

    [resource] = resources_of(stack, REPOSITORY)
    assert "RepositoryPolicyText" not in resource["Properties"]


@jsii.implements(cdk.IAspect)
class _Census:
    """Notes the name of every shared repository that an aspect is shown."""

    def __init__(self) -> None:
        self.names: list[str | None] = []

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, SharedRepository):
            self.names.append(node.repository_name)


def test_an_aspect_sees_each_repository_as_what_it_is(app: cdk.App) -> None:
    shared_stack(app, registry_of("{team/app: {}, team/other: {}}"))
    census = _Census()
    cdk.Aspects.of(app).add(census)

    app.synth()

    assert census.names == ["team/app", "team/other"]


def test_in_a_stack_of_no_environment_arns_are_made_of_pseudo_parameters(stack: cdk.Stack) -> None:
    consumer = AccountId("222222222222")
    grants = tuple(Grant(AccessLevel.PULL, each) for each in (Account(consumer), LambdaFunctions(consumer)))
    SharedRepository(
        stack, "Repository",
        spec=repository_spec(grants=grants), place=PolicyLocation(cdk.Aws.PARTITION, cdk.Aws.REGION),
    )  # fmt: skip

    [repository] = resources_of(stack, REPOSITORY)
    account, functions = repository["Properties"]["RepositoryPolicyText"]["Statement"]
    partition, region = {"Ref": "AWS::Partition"}, {"Ref": "AWS::Region"}
    assert account["Principal"]["AWS"] == [_joined("arn:", partition, ":iam::222222222222:root")]
    assert functions["Condition"]["ArnLike"]["aws:SourceArn"] == [
        _joined("arn:", partition, ":lambda:", region, ":222222222222:function:*")
    ]


def _joined(*parts: object) -> dict[str, object]:
    return {"Fn::Join": ["", list(parts)]}


@pytest.mark.parametrize(
    ("mutability", "skipped", "suppressed"),
    [
        ("immutable", [], []),
        ("{immutable_except: [latest], reason: the book}", [("CKV_AWS_51", "the book")], ["CT.ECR.PR.3"]),
        ("{mutable_except: [v1], reason: the floor}", [("CKV_AWS_51", "the floor")], ["CT.ECR.PR.3"]),
        ("mutable", [], []),
    ],
    ids=["safe", "excepted with a reason", "the other way round", "unsafe without a reason"],
)
def test_a_reason_is_in_the_template_beside_the_exception(
    app: cdk.App, mutability: str, skipped: list[tuple[str, str]], suppressed: list[str]
) -> None:
    stack = shared_stack(app, registry_of(f"{{team/app: {{tag_mutability: {mutability}}}}}"))

    [repository] = resources_of(stack, REPOSITORY)
    metadata = repository.get("Metadata", {})
    assert [(each["id"], each["comment"]) for each in metadata.get("checkov", {}).get("skip", [])] == skipped
    assert metadata.get("guard", {}).get("SuppressedRules", []) == suppressed


def test_the_lifecycle_policy_is_the_text_that_the_core_renders(stack: cdk.Stack) -> None:
    spec = repository_spec()
    SharedRepository(stack, "Repository", spec=spec, place=HERE)

    [repository] = resources_of(stack, REPOSITORY)
    assert repository["Properties"]["LifecyclePolicy"] == {"LifecyclePolicyText": spec.lifecycle_text}


def test_a_template_holds_nothing_of_cdks_own(app: cdk.App) -> None:
    stack = shared_stack(app, registry_of("{team/app: {}}"))

    assert "aws:cdk" not in json.dumps(template_of(stack)["Resources"])


NONE_AND_VERBATIM = RepositorySpec(
    RepositoryName("legacy/shop"),
    lifecycle=NoLifecyclePolicy("kept for audit"),
    reasons=(("CT.ECR.PR.1", "kept for audit"),),
    statements=(VerbatimStatement.of({"Effect": "Deny", "Principal": "*", "Action": "ecr:DeleteRepository"}, "found"),),
)


def test_no_lifecycle_policy_is_left_out_with_its_reason_beside_it(stack: cdk.Stack) -> None:
    SharedRepository(stack, "Repository", spec=NONE_AND_VERBATIM, place=HERE, key_arn="arn:aws:kms:x")

    [repository] = resources_of(stack, REPOSITORY)
    assert "LifecyclePolicy" not in repository["Properties"]
    assert repository["Metadata"]["NoLifecycleBecause"] == "kept for audit"
    assert repository["Metadata"]["guard"] == {"SuppressedRules": ["CT.ECR.PR.1"]}


def test_a_verbatim_statement_reaches_the_template_word_for_word(stack: cdk.Stack) -> None:
    SharedRepository(stack, "Repository", spec=NONE_AND_VERBATIM, place=HERE, key_arn="arn:aws:kms:x")

    [repository] = resources_of(stack, REPOSITORY)
    statements = repository["Properties"]["RepositoryPolicyText"]["Statement"]
    assert statements == [{"Effect": "Deny", "Principal": "*", "Action": "ecr:DeleteRepository"}]
    assert repository["Metadata"]["checkov"] == {"skip": [{"id": "CKV_AWS_32", "comment": "found"}]}

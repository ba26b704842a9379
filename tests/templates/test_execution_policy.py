"""The execution policy of every golden declaration: each type covered, no more than what its names allow."""

import json
import runpy
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from shared_ecr.deployment.bootstrap.assembly_resources import AssemblyContents, AssemblyResource, read_assembly
from shared_ecr.deployment.bootstrap.execution_policy import MAX_CHARACTERS, NameScope, execution_policy
from shared_ecr.deployment.bootstrap.handler_permissions import HANDLER_PERMISSIONS
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId
from shared_ecr_constructs.stacks import define_stacks
from templates.cases import CASES, Case
from templates.synthesis import quick_app

ROOT = Path(__file__).parents[2]
# What has no resource in IAM.
WITHOUT_RESOURCE = ("ecr:", "inspector2:", "kms:CreateKey", "kms:ListKeys", "ssm:DescribeParameters", "iam:List",
                    "lambda:ListFunctions", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
                    "secretsmanager:GetRandomPassword", "secretsmanager:ListSecrets",
                    "signer:ListSigningProfiles")  # fmt: skip


def assembly(case: Case, folder: Path) -> AssemblyContents:
    app = quick_app(folder)
    define_stacks(app, case.registry)
    app.synth()
    return read_assembly(folder)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_account_of_a_declaration_has_a_policy_within_the_limit(case: Case, tmp_path: Path) -> None:
    contents = assembly(case, tmp_path)
    policies = [execution_policy(contents, account, NameScope.PREFIXES) for account in contents.accounts()]
    assert policies
    assert max(len(json.dumps(each, separators=(",", ":"))) for each in policies) <= MAX_CHARACTERS


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_call_of_every_handler_is_allowed_on_what_is_deployed(case: Case, tmp_path: Path) -> None:
    contents = assembly(case, tmp_path)
    for account in contents.accounts():
        policy = execution_policy(contents, account, NameScope.PREFIXES)
        for resource in contents.in_account(account):
            if resource.type == "AWS::ECR::Repository":
                arn = f"arn:{resource.region.partition}:ecr:{resource.region}:{account}:repository/{resource.name}"
                assert "ecr:CreateRepository" in allowed(policy, arn)
                assert "ecr:SetRepositoryPolicy" in allowed(policy, arn)
        actions = {action for statement in policy["Statement"] for action in statement["Action"]}
        needed = {
            each
            for resource in contents.in_account(account)
            for each in HANDLER_PERMISSIONS.get(resource.type, ())
            if is_called(resource, each)
        }
        assert needed - actions == set()


def is_called(resource: AssemblyResource, permission: str) -> bool:
    match resource.type, permission.partition(":")[0]:
        case "AWS::Lambda::Function", service:
            # Our function has its code in the template, no VPC, no file system and no key of its own.
            return service in {"lambda", "iam"}
        case "AWS::ECR::PullThroughCacheRule", "secretsmanager":
            return "CredentialArn" in resource.properties
        case "AWS::ECR::PullThroughCacheRule", "iam":
            return permission != "iam:PassRole" or "CustomRoleArn" in resource.properties
        case (
            ("AWS::Events::Rule" | "AWS::SNS::Topic", "iam")
            | ("AWS::Logs::LogGroup", "firehose" | "s3")
            | ("AWS::CodeBuild::Project", "codestar-connections")
        ):
            # Our rules publish by the policy of the topic, and the topic logs no deliveries: neither has a role. Log
            # groups of ours deliver nothing, and our connections have the newer name of the service.
            return False
        case "AWS::Logs::LogGroup", "logs":
            return not permission.endswith(("CreateLogDelivery", "DeleteResourcePolicy", "PutResourcePolicy"))
        case _:
            return True


def allowed(policy: dict[str, Any], arn: str) -> set[str]:
    return {
        action
        for statement in policy["Statement"]
        for action in statement["Action"]
        if any(fnmatchcase(arn, pattern) for pattern in statement["Resource"])
    }


@pytest.mark.parametrize("case", CASES, ids=str)
def test_nothing_that_has_a_resource_is_allowed_on_all(case: Case, tmp_path: Path) -> None:
    contents = assembly(case, tmp_path)
    for account in contents.accounts():
        for statement in execution_policy(contents, account, NameScope.PREFIXES)["Statement"]:
            if "*" in statement["Resource"]:
                assert [each for each in statement["Action"] if not each.startswith(WITHOUT_RESOURCE)] == []
                assert "ecr:DeleteRepository" not in statement["Action"]


def test_a_policy_allows_nothing_on_a_repository_of_another_prefix(tmp_path: Path) -> None:
    project = next(case for case in CASES if str(case) == "project")
    policy = execution_policy(assembly(project, tmp_path), AccountId("111111111111"), NameScope.PREFIXES)
    foreign = allowed(policy, "arn:aws:ecr:us-east-1:111111111111:repository/payments/app")
    assert "ecr:DeleteRepository" not in foreign


def test_exact_names_are_narrower_than_prefixes(tmp_path: Path) -> None:
    project = next(case for case in CASES if str(case) == "project")
    policy = execution_policy(assembly(project, tmp_path), AccountId("111111111111"), NameScope.NAMES)
    assert "ecr:CreateRepository" not in allowed(
        policy, "arn:aws:ecr:us-east-1:111111111111:repository/docker-in-aws/new"
    )


def test_a_type_that_is_not_known_is_refused_by_name(tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    stack = cdk.Stack(app, "Other", env=cdk.Environment(account="111111111111", region="us-east-1"))
    cdk.CfnResource(stack, "Queue", type="AWS::SQS::Queue")
    app.synth()
    with pytest.raises(InvalidValueError, match="the permissions of AWS::SQS::Queue are not known"):
        execution_policy(read_assembly(tmp_path), AccountId("111111111111"), NameScope.PREFIXES)


def test_a_folder_that_is_no_assembly_is_refused_with_the_command_to_run(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match="cdk synth"):
        read_assembly(tmp_path)


def test_the_table_of_handlers_is_that_of_the_published_schemas() -> None:
    script = ROOT / "scripts/handler-permissions"
    names = runpy.run_path(str(script), run_name="imported")
    assert {type_: names["permissions"](type_) for type_ in names["TYPES"]} == {
        type_: list(each) for type_, each in HANDLER_PERMISSIONS.items()
    }

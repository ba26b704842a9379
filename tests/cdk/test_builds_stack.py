import json
from pathlib import Path

import aws_cdk as cdk
import pytest

from shared_ecr.declaration import parse
from shared_ecr_constructs.stacks import define_stacks
from templates.synthesis import quick_app

DECLARATION = """
version: 1
accounts: {home: "111111111111", build: "555555555555", backup: "333333333333"}
registry:
  account: home
  regions: [us-east-1, eu-west-1]
  replication: [{destinations: [{account: backup, region: us-west-2}]}]
repositories: {team/app: {}}
builds:
  account: build
  package: shared-ecr @ git+https://git.example.com/acme/shared-ecr@0123456789012345678901234567890123456789
  connection: arn:aws:codeconnections:us-east-1:555555555555:connection/11111111-2222-3333-4444-555555555555
  repositories: {team/app: {source: https://github.com/acme/app, branches: [main]}}
"""
BUILDS = "shared-ecr-builds-555555555555-us-east-1"


@pytest.fixture
def assembly(tmp_path: Path) -> cdk.cx_api.CloudAssembly:
    app = quick_app(tmp_path)
    define_stacks(app, parse(DECLARATION).registry)
    return app.synth()


def test_the_roles_are_deployed_before_every_policy_that_names_them(assembly: cdk.cx_api.CloudAssembly) -> None:
    for stack in ("shared-ecr-us-east-1", "shared-ecr-eu-west-1", "shared-ecr-replicas-333333333333-us-west-2"):
        assert BUILDS in {each.id for each in assembly.get_stack_artifact(stack).dependencies}


def test_the_role_that_the_policy_names_is_the_one_of_the_project(assembly: cdk.cx_api.CloudAssembly) -> None:
    resources = assembly.get_stack_artifact(BUILDS).template["Resources"]
    (role,) = [each["Properties"]["RoleName"] for each in resources.values() if each["Type"] == "AWS::IAM::Role"]
    assert f"arn:aws:iam::555555555555:role/{role}" in json.dumps(
        assembly.get_stack_artifact("shared-ecr-us-east-1").template
    )


def test_a_build_installs_the_package_that_is_declared(assembly: cdk.cx_api.CloudAssembly) -> None:
    resources = assembly.get_stack_artifact(BUILDS).template["Resources"]
    (project,) = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::CodeBuild::Project"]
    package = json.loads(project["Source"]["BuildSpec"])["env"]["variables"]["PACKAGE"]
    assert package == f"shared-ecr @ git+https://git.example.com/acme/shared-ecr@{'0123456789' * 4}"


def test_docker_is_why_the_machine_is_privileged_and_the_template_says_so(assembly: cdk.cx_api.CloudAssembly) -> None:
    resources = assembly.get_stack_artifact(BUILDS).template["Resources"]
    (project,) = [each for each in resources.values() if each["Type"] == "AWS::CodeBuild::Project"]
    assert project["Properties"]["Environment"]["PrivilegedMode"] is True
    assert project["Metadata"]["guard"] == {"SuppressedRules": ["CT.CODEBUILD.PR.4"]}

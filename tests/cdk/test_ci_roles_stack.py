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
ci_roles: {accounts: [build]}
repositories:
  team/app:
    grants: {push: [github_actions: {account: build, role: ci, repository: acme/shop, branch: main}]}
"""


@pytest.fixture
def assembly(tmp_path: Path) -> cdk.cx_api.CloudAssembly:
    app = quick_app(tmp_path)
    define_stacks(app, parse(DECLARATION).registry)
    return app.synth()


def test_the_roles_are_deployed_before_every_policy_that_names_them(assembly: cdk.cx_api.CloudAssembly) -> None:
    roles = "shared-ecr-ci-roles-555555555555-us-east-1"
    for stack in ("shared-ecr-us-east-1", "shared-ecr-eu-west-1", "shared-ecr-replicas-333333333333-us-west-2"):
        assert roles in {each.id for each in assembly.get_stack_artifact(stack).dependencies}


def test_the_roles_are_in_their_own_account_and_the_first_region(assembly: cdk.cx_api.CloudAssembly) -> None:
    environment = assembly.get_stack_artifact("shared-ecr-ci-roles-555555555555-us-east-1").environment
    assert (environment.account, environment.region) == ("555555555555", "us-east-1")


def test_a_provider_that_exists_is_not_defined_again(assembly: cdk.cx_api.CloudAssembly) -> None:
    template = assembly.get_stack_artifact("shared-ecr-ci-roles-555555555555-us-east-1").template
    assert {each["Type"] for each in template["Resources"].values()} == {"AWS::IAM::Role"}

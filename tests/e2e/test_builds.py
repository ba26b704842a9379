"""Builds, deployed by the real CDK command line: the role before the policy that names it, the project, its builds.

The embedded AWS keeps a project and records a build that is started; it runs nothing, and has no webhooks.
"""

import json

import pytest

from e2e.road import Done, Road
from local.registry_caller import client

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("builds")]
ACCOUNT = "111111111111"
DECLARATION = f"""\
version: 1
accounts: {{ home: "{ACCOUNT}" }}
registry: {{ account: home, regions: [us-east-1], stack_name: built }}
repositories: {{ built/app: {{}} }}
builds:
  account: home
  package: shared-ecr==1.0.0
  connection: arn:aws:codeconnections:us-east-1:{ACCOUNT}:connection/11111111-2222-3333-4444-555555555555
  repositories:
    built/app: {{ source: "https://github.com/acme/app", branches: [main], tags: [v*] }}
"""


@pytest.fixture(scope="module")
def deployed(road: Road) -> Done:
    (road.folder / "registry.yaml").write_text(DECLARATION)
    context = f"declaration={road.folder / 'registry.yaml'}"
    done = road.cdk("deploy", "--all", "--require-approval", "never", "--context", context)
    assert done.code == 0, done.stderr
    return done


def test_the_stack_of_the_builds_is_deployed_before_the_registry(deployed: Done) -> None:
    # The ARN of each stack, in the order in which they were deployed.
    deployed_stacks = [line.split("/")[1] for line in deployed.stdout.splitlines() if ":stack/" in line]
    assert deployed_stacks == ["built-builds", "built"]


def test_the_policy_of_the_repository_names_a_role_that_exists(road: Road, deployed: Done) -> None:
    held = json.loads(road.ecr().get_repository_policy(repositoryName="built/app")["policyText"])
    (arn,) = [arn for each in held["Statement"] for arn in each["Principal"]["AWS"]]
    with client(road.aws, "iam") as iam:
        role = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]
    assert role["Arn"] == arn
    assert "codebuild.amazonaws.com" in json.dumps(role["AssumeRolePolicyDocument"])


def test_a_build_that_was_started_is_listed(road: Road, deployed: Done) -> None:
    with client(road.aws, "codebuild") as codebuild:
        (project,) = codebuild.list_projects()["projects"]
        codebuild.start_build(projectName=project, sourceVersion="refs/heads/main")
    listed = road.run("shared-ecr", "builds", "--file", road.folder / "registry.yaml")
    assert listed.code == 0, listed.stderr
    assert listed.stdout.splitlines()[0] == "built/app"
    assert "succeeded" in listed.stdout

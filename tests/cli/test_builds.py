"""`shared-ecr builds` against the embedded AWS, to which the stack of the builds was deployed."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from local.registry_caller import client
from shared_ecr.declaration import parse
from shared_ecr.local import LocalAws, environment_under, running
from shared_ecr.model.builds.projects import build_projects
from templates.synthesis import synthesize

ACCOUNT, HOME = "111111111111", "222222222222"
START = f"""\
version: 1
accounts: {{ build: "{ACCOUNT}", home: "{HOME}" }}
registry: {{ account: home, regions: [us-east-1] }}
repositories: {{ team/app: {{}}, team/api: {{}}, team/by-hand: {{}} }}
"""
BUILDS = f"""\
builds:
  account: build
  package: shared-ecr==1.0.0
  connection: arn:aws:codeconnections:us-east-1:{ACCOUNT}:connection/11111111-2222-3333-4444-555555555555
  repositories:
    team/app: {{ source: "https://github.com/acme/app", branches: [main] }}
    team/api: {{ source: "https://github.com/acme/api", branches: [main] }}
"""
PROJECTS = {str(each.build.repository): each.name for each in build_projects(parse(START + BUILDS).registry)}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    templates = synthesize(parse(START + BUILDS).registry, tmp_path_factory.mktemp("assembly"))
    (template,) = [text for stack, text in templates.items() if "-builds-" in stack]
    resources = json.loads(template)
    # The version of the bootstrap stack is a parameter of SSM, which this test has no need of.
    body = json.dumps({key: resources[key] for key in ("Resources",)})
    with running() as aws:
        with client(aws, "cloudformation", account=ACCOUNT) as cloudformation:
            cloudformation.create_stack(
                StackName="shared-ecr-builds", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"]
            )
            cloudformation.get_waiter("stack_create_complete").wait(
                StackName="shared-ecr-builds", WaiterConfig={"Delay": 1}
            )
        with client(aws, "codebuild", account=ACCOUNT) as codebuild:
            for _ in range(2):
                codebuild.start_build(projectName=PROJECTS["team/app"], sourceVersion="refs/heads/main")
        yield aws


@pytest.fixture
def folder(aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in environment_under(aws, os.environ).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "registry.yaml").write_text(START + BUILDS)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_builds_of_every_repository_are_listed() -> None:
    done = shared_ecr("builds")
    assert done.code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert (lines[:2], lines[2]) == (["team/api", "  no build yet"], "team/app")
    # Both were started in one second, so their order is open.
    assert sorted(line.split()[:2] for line in lines[3:]) == [["#1", "succeeded"], ["#2", "succeeded"]]
    assert all("refs/heads/main" in line for line in lines[3:])


@pytest.mark.usefixtures("folder")
def test_one_repository_and_a_limit_are_chosen() -> None:
    done = shared_ecr("builds", "team/app", "--limit", "1", "--format", "json")
    assert done.code == 0, done.stderr
    (project,) = json.loads(done.stdout)["projects"]
    assert (project["repository"], project["project"], project["deployed"]) == ("team/app", PROJECTS["team/app"], True)
    (build,) = project["builds"]
    assert (build["state"], build["ref"], build["failure"]) == ("succeeded", "refs/heads/main", None)


@pytest.mark.usefixtures("folder")
def test_a_build_is_deployed_as_it_was_declared(aws: LocalAws) -> None:
    with client(aws, "codebuild", account=ACCOUNT) as codebuild:
        (project,) = codebuild.batch_get_projects(names=[PROJECTS["team/app"]])["projects"]
    assert project["source"]["location"] == "https://github.com/acme/app.git"
    assert json.loads(project["source"]["buildspec"])["env"]["exported-variables"] == ["IMAGE_REFERENCE"]


def test_a_project_that_is_not_deployed_says_which_stack_to_deploy(folder: Path) -> None:
    more = "    team/by-hand: { source: https://github.com/acme/other, branches: [main] }\n"
    (folder / "registry.yaml").write_text(START + BUILDS + more)
    done = shared_ecr("builds", "team/by-hand")
    assert (done.code, done.stdout) == (0, "team/by-hand\n  not deployed: deploy the stack shared-ecr-builds\n")


@pytest.mark.usefixtures("folder")
def test_credentials_of_another_account_end_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", HOME)
    done = shared_ecr("builds")
    assert (done.code, done.stdout) == (3, "")
    assert f"the builds are in account {ACCOUNT}" in done.stderr
    assert "--profile" in done.stderr


@pytest.mark.usefixtures("folder")
def test_a_repository_that_is_not_built_is_refused_with_the_one_that_is_meant() -> None:
    done = shared_ecr("builds", "team/ap")
    assert (done.code, done.stdout) == (2, "")
    assert "Did you mean" in done.stderr


@pytest.mark.parametrize(("region", "code"), [("us-east-1", 0), ("eu-west-1", 2), ("us-east1", 2)])
@pytest.mark.usefixtures("folder")
def test_the_region_of_the_builds_may_be_named_and_no_other(region: str, code: int) -> None:
    done = shared_ecr("builds", "--region", region)
    assert done.code == code, done.stderr


def test_a_declaration_without_builds_is_refused(folder: Path) -> None:
    (folder / "registry.yaml").write_text(START)
    done = shared_ecr("builds")
    assert done.code == 2
    assert "declares no builds" in done.stderr


@pytest.mark.parametrize("limit", ["0", "1001", "-1"])
@pytest.mark.usefixtures("folder")
def test_a_limit_that_is_none_is_refused(limit: str) -> None:
    assert shared_ecr("builds", "--limit", limit).code == 2

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.declaration import parse
from shared_ecr.model.builds.buildspecs import build_variables, buildspec
from shared_ecr.model.builds.image_builds import project_name
from shared_ecr.model.builds.projects import BuildProject, build_projects
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.names.repository import GRAMMAR
from shared_ecr.model.principals import Role
from shared_ecr.model.registry import RegistrySpec

CONNECTION = "arn:aws:codeconnections:us-east-1:555555555555:connection/11111111-2222-3333-4444-555555555555"


def registry(build: str = "branches: [main]", builds: str = "", regions: str = "us-east-1") -> RegistrySpec:
    return parse(f"""
version: 1
accounts: {{home: "111111111111", build: "555555555555"}}
registry: {{account: home, regions: [{regions}]}}
repositories: {{team/app: {{}}, team/other: {{}}}}
builds:
  account: build
  package: shared-ecr==1.0.0
  region: us-east-1
  connection: {CONNECTION}
  {builds}
  repositories: {{team/app: {{source: https://github.com/acme/app, {build}}}}}
""").registry


def project(build: str = "branches: [main]", builds: str = "", regions: str = "us-east-1") -> BuildProject:
    (only,) = build_projects(registry(build, builds, regions))
    return only


def test_a_build_grants_its_role_the_push_to_its_repository_alone() -> None:
    declared = registry()
    specs = {str(spec.name): spec for spec in declared.repositories}
    (grant,) = specs["team/app"].grants
    assert (grant.level, grant.consumer) == ("push", Role(project().settings.account, project().name))
    assert specs["team/other"].grants == ()


def test_the_role_pushes_to_one_repository_of_one_region() -> None:
    statements = {each["Sid"]: each for each in project(regions="us-east-1, eu-west-1").policy()["Statement"]}
    assert statements["Push"]["Resource"] == "arn:aws:ecr:us-east-1:111111111111:repository/team/app"
    assert statements["Login"] == {
        "Sid": "Login", "Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*",
    }  # fmt: skip
    assert [sid for sid, each in statements.items() if each["Resource"] == "*"] == ["Login"]


def test_a_connection_with_the_older_name_is_allowed_by_the_older_name() -> None:
    older = CONNECTION.replace("codeconnections", "codestar-connections")
    statements = project(f"branches: [main], connection: '{older}'").policy()["Statement"]
    (source,) = [each for each in statements if each["Sid"] == "Source"]
    assert (source["Resource"], {each.partition(":")[0] for each in source["Action"]}) == (
        older, {"codestar-connections"},
    )  # fmt: skip


def test_only_the_project_itself_assumes_the_role() -> None:
    (statement,) = project().trust()["Statement"]
    assert statement["Condition"]["StringEquals"] == {
        "aws:SourceAccount": "555555555555",
        "aws:SourceArn": f"arn:aws:codebuild:us-east-1:555555555555:project/{project().name}",
    }


def test_every_ref_starts_a_build_and_nothing_else_does() -> None:
    groups = project("branches: [main, release/*], tags: [v1.*]").filter_groups
    assert {json.dumps(group[0]) for group in groups} == {'{"type": "EVENT", "pattern": "PUSH"}'}
    heads = [re.compile(group[1]["pattern"]) for group in groups]
    started = [
        ref
        for ref in ("heads/main", "heads/main2", "heads/release/1", "heads/v1.0", "tags/v1.0", "tags/v10", "tags/main")
        if any(head.search(f"refs/{ref}") for head in heads)
    ]
    assert started == ["heads/main", "heads/release/1", "tags/v1.0"]


@pytest.mark.parametrize(
    ("platforms", "machine", "emulated"),
    [("linux/amd64", "LINUX_CONTAINER", ""), ("linux/arm64", "ARM_CONTAINER", ""),
     ("linux/arm64, linux/amd64", "LINUX_CONTAINER", "arm64"),
     ("linux/arm/v7, linux/s390x", "LINUX_CONTAINER", "arm,s390x")],
)  # fmt: skip
def test_the_machine_is_that_of_the_image_where_there_is_one(platforms: str, machine: str, emulated: str) -> None:
    made = project(f"branches: [main], platforms: [{platforms}]")
    assert (made.environment_type, build_variables(made, "p")["EMULATORS"]) == (machine, emulated)


def test_a_build_pushes_to_the_first_region_where_the_registry_is_not_in_its_own() -> None:
    assert build_variables(project(regions="eu-west-1, eu-central-1"), "p")["AWS_REGION"] == "eu-west-1"


def test_no_value_of_a_declaration_is_in_the_script() -> None:
    document = json.loads(buildspec(project("branches: [main], dockerfile: docker/App.Dockerfile"), "shared-ecr==9"))
    script = "\n".join(document["phases"]["build"]["commands"])
    assert [each for each in ("App.Dockerfile", "shared-ecr==9", "111111111111") if each in script] == []
    assert document["env"]["variables"]["PACKAGE"] == "shared-ecr==9"


def test_the_shell_finds_nothing_wrong_with_the_commands() -> None:
    commands = json.loads(buildspec(project(), "p"))["phases"]["build"]["commands"]
    shellcheck = str(Path(sys.executable).with_name("shellcheck"))
    script = commands[0].partition("\n")[2].removesuffix("END-OF-BUILD")
    for text in (script, *commands[1:]):
        words = [shellcheck, "--shell=bash", "--severity=info", "-"]
        checked = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout


@given(st.from_regex(GRAMMAR.compiled, fullmatch=True), st.from_regex(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", fullmatch=True))
def test_a_project_has_a_name_that_every_service_takes(repository: str, stack: str) -> None:
    name = project_name(stack, RepositoryName(repository))
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{1,63}", name)


def test_repositories_that_look_alike_have_projects_of_their_own() -> None:
    names = ["team/app", "team-app", "team.app", "team_app", "team/ap/p"]
    assert len({project_name("shared-ecr", RepositoryName(each)) for each in names}) == len(names)

"""`shared-ecr workflow`: what it writes is valid and inside the grants, and what is missing has a cure."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.command_line import Outcome, shared_ecr

TOOLS = Path(sys.executable).parent
PACKAGE = ("--package", "shared-ecr==1.0.0")
START = """\
version: 1
accounts: { shared: "111111111111", build: "555555555555" }
registry: { account: shared, regions: [us-east-1, eu-west-1] }
repositories:
  team/none: {}
  team/app:
    grants:
      push:
"""
COMMIT = f"shared-ecr @ git+https://git.example.com/platform/shared-ecr@{'0123456789' * 4}"
BUILDS = f"""\
builds:
  account: build
  package: {COMMIT}
  connection: arn:aws:codeconnections:us-east-1:555555555555:connection/11111111-2222-3333-4444-555555555555
  repositories: {{ team/app: {{ source: "https://github.com/acme/app", branches: [main] }} }}
"""
GRANTS = """\
        - github_actions: { account: build, role: ci/app, repository: acme/app, branch: main }
        - github_actions: { account: build, role: ci/app, repository: acme/app, branch: "release/*" }
        - github_actions: { account: build, role: ci/app, repository: acme/app, tag: "v*" }
        - gitlab_ci: { account: build, role: ci/lab, project: acme/group/app, branch: "release/*" }
        - gitlab_ci: { account: build, role: ci/lab, project: acme/group/app, tag: "v*" }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "registry.yaml").write_text(START + GRANTS)
    return tmp_path


def grants(folder: Path, *lines: str) -> None:
    """Write a declaration whose repository has other grants."""
    (folder / "registry.yaml").write_text(START + "".join(f"        - {line}\n" for line in lines))


def workflow(*arguments: str) -> dict[str, Any]:
    done = shared_ecr("workflow", *PACKAGE, *arguments)
    assert done.code == 0, done.stderr
    read: dict[str, Any] = yaml.safe_load(done.stdout)
    return read


def triggers(read: dict[Any, Any]) -> Any:
    # YAML 1.1, which PyYAML reads, takes `on` as true.
    return read[True]["push"]


def script_of(system: str, *arguments: str) -> str:
    read = workflow(system, "team/app", *arguments)
    if system == "gitlab":
        return "\n".join(read["build-image"]["script"])
    return str(read["jobs"]["image"]["steps"][-1]["run"])


def checked(tool: str, *arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [TOOLS / tool, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("folder")
def test_the_workflow_of_github_is_started_by_what_the_grants_allow() -> None:
    read = workflow("github", "team/app")
    assert triggers(read) == {"branches": ["main", "release/**"], "tags": ["v**"]}
    variables = read["jobs"]["image"]["steps"][-1]["env"]
    assert variables["AWS_ROLE_ARN"] == "arn:aws:iam::555555555555:role/ci/app"
    assert variables["REPOSITORY"] == "111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app"


@pytest.mark.usefixtures("folder")
def test_the_job_of_gitlab_is_started_by_what_the_grants_allow() -> None:
    job = workflow("gitlab", "team/app")["build-image"]
    assert job["rules"] == [{"if": r"$CI_COMMIT_BRANCH =~ /^release\/.*$/"}, {"if": "$CI_COMMIT_TAG =~ /^v.*$/"}]
    assert job["variables"]["AWS_ROLE_ARN"] == "arn:aws:iam::555555555555:role/ci/lab"


def test_github_accepts_the_workflow(folder: Path) -> None:
    path = folder / "image.yml"
    assert shared_ecr("workflow", *PACKAGE, "github", "team/app", "--save", path).stdout == f"{path}\n"
    done = checked("check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)
    assert done.returncode == 0, done.stdout


def test_gitlab_accepts_the_job(folder: Path) -> None:
    path = folder / ".gitlab-ci.yml"
    shared_ecr("workflow", *PACKAGE, "gitlab", "team/app", "--save", path)
    done = checked("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", path)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not (TOOLS / "zizmor").exists(), reason="zizmor is not installed")
def test_an_auditor_of_workflows_finds_nothing(folder: Path) -> None:
    path = folder / ".github/workflows/image.yml"
    path.parent.mkdir(parents=True)
    shared_ecr("workflow", *PACKAGE, "github", "team/app", "--save", path)
    done = checked("zizmor", "--offline", "--no-progress", path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("system", "shell"), [("github", "bash"), ("gitlab", "sh")])
@pytest.mark.usefixtures("folder")
def test_the_shell_finds_nothing_wrong_with_the_script(system: str, shell: str) -> None:
    done = checked("shellcheck", f"--shell={shell}", "--severity=info", "-", stdin=script_of(system))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("system", ["github", "gitlab"])
@pytest.mark.usefixtures("folder")
def test_no_value_is_filled_into_the_script(system: str) -> None:
    script = script_of(system, "--dockerfile", "docker/App.Dockerfile")
    assert "${{" not in script
    assert "App.Dockerfile" not in script


@pytest.mark.usefixtures("folder")
def test_every_action_is_pinned_to_a_commit() -> None:
    steps = workflow("github", "team/app")["jobs"]["image"]["steps"]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert [each for each in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each)] == []


@pytest.mark.usefixtures("folder")
def test_the_job_has_a_token_and_may_read_the_source_and_no_more() -> None:
    read = workflow("github", "team/app")
    assert (read["permissions"], read["jobs"]["image"]["permissions"]) == (
        {},
        {"contents": "read", "id-token": "write"},
    )


@pytest.mark.usefixtures("folder")
def test_platforms_and_paths_are_those_of_the_options() -> None:
    read = workflow("github", "team/app", "--platforms", "linux/arm64, linux/amd64", "--dockerfile", "a/Dockerfile",
                    "--context", "./a", "--region", "eu-west-1", "--package", "shared-ecr==9")  # fmt: skip
    variables = read["jobs"]["image"]["steps"][-1]["env"]
    names = ("PLATFORMS", "EMULATORS", "DOCKERFILE", "CONTEXT", "AWS_REGION", "PACKAGE")
    wanted = ["linux/arm64,linux/amd64", "arm64", "a/Dockerfile", "a", "eu-west-1", "shared-ecr==9"]
    assert [variables[name] for name in names] == wanted


@pytest.mark.usefixtures("folder")
def test_branches_inside_those_of_the_grants_can_be_chosen() -> None:
    read = workflow("github", "team/app", "--branch", "release/1", "--branch", "main")
    assert triggers(read) == {"branches": ["release/1", "main"], "tags": ["v**"]}


@pytest.mark.usefixtures("folder")
def test_a_branch_that_no_grant_allows_is_refused_with_the_line_to_add() -> None:
    done = shared_ecr("workflow", "github", "team/app", "--branch", "feature/*")
    assert (done.code, done.stdout) == (2, "")
    assert "branch feature/*" in done.stderr
    assert "'branch: feature/*'" in done.stderr


def test_any_ref_builds_main_and_versions(folder: Path) -> None:
    line = "github_actions: { account: build, role: ci/app, repository: acme/app, any_ref: true, reason: one team }"
    grants(folder, line)
    assert triggers(workflow("github", "team/app")) == {"branches": ["main"], "tags": ["v**"]}


def test_an_environment_is_named_by_the_job(folder: Path) -> None:
    grants(folder, "github_actions: { account: build, role: ci/app, repository: acme/app, environment: release }")
    assert workflow("github", "team/app")["jobs"]["image"]["environment"] == "release"


def test_pull_requests_push_no_image(folder: Path) -> None:
    grants(folder, "github_actions: { account: build, role: ci/app, repository: acme/app, pull_request: true }")
    assert shared_ecr("workflow", "github", "team/app").code == 2


def test_a_grant_of_the_registry_counts(folder: Path) -> None:
    text = START.replace("regions: [us-east-1, eu-west-1] }", "regions: [us-east-1], grants: { push: [GRANT] } }")
    grant = "{ github_actions: { account: build, role: ci/all, repository: acme/all, branch: main } }"
    (folder / "registry.yaml").write_text(text.replace("GRANT", grant).partition("  team/app")[0])
    variables = workflow("github", "team/none")["jobs"]["image"]["steps"][-1]["env"]
    assert variables["AWS_ROLE_ARN"].endswith(":role/ci/all")


@pytest.mark.parametrize(
    ("system", "line"),
    [("github", "github_actions: {account: ACCOUNT, role: NAME, repository: OWNER/NAME, branch: main}"),
     ("gitlab", "gitlab_ci: {account: ACCOUNT, role: NAME, project: GROUP/NAME, branch: main}")],
)  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_without_a_grant_the_line_to_add_is_printed(system: str, line: str) -> None:
    done = shared_ecr("workflow", system, "team/none")
    assert (done.code, done.stdout) == (2, "")
    assert f"no grant allows a workflow of {system} to push to team/none" in done.stderr
    assert line in done.stderr


def test_of_several_roles_one_is_chosen(folder: Path) -> None:
    grants(
        folder,
        "github_actions: { account: build, role: ci/one, repository: acme/app, branch: main }",
        "github_actions: { account: build, role: ci/two, repository: acme/other, branch: main }",
    )
    refused = shared_ecr("workflow", "github", "team/app")
    assert refused.code == 2
    assert "acme/app as ci/one; acme/other as ci/two" in refused.stderr
    chosen = workflow("github", "team/app", "--project", "acme/other")["jobs"]["image"]["steps"][-1]["env"]
    assert chosen["AWS_ROLE_ARN"].endswith(":role/ci/two")
    assert shared_ecr("workflow", "github", "team/app", "--role", "ci/three").code == 2


@pytest.mark.parametrize("system", ["github", "gitlab"])
@pytest.mark.usefixtures("folder")
def test_without_a_package_nothing_is_written_since_no_index_has_ours(system: str) -> None:
    done = shared_ecr("workflow", system, "team/app")
    assert (done.code, done.stdout) == (2, "")
    assert "the package that pip installs is not named" in done.stderr
    assert "Name it with --package" in done.stderr
    assert "@COMMIT" in done.stderr


def test_the_package_of_the_builds_is_that_of_the_workflow_too(folder: Path) -> None:
    with (folder / "registry.yaml").open("a") as file:
        file.write(BUILDS)
    read = shared_ecr("workflow", "github", "team/app")
    assert f'PACKAGE: "{COMMIT}"' in read.stdout


def refused(*arguments: str) -> Outcome:
    return shared_ecr("workflow", "github", "team/app", *arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--dockerfile", "../Dockerfile"], "outside of the source"),
     (["--dockerfile", "/etc/passwd"], "outside of the source"),
     (["--context", "a;b"], "not a path of the source"),
     (["--platforms", "linux/amd64,windows/amd64"], "cannot be built"),
     (["--platforms", "arm64"], "linux/arm64"),
     (["--branch", "a b"], "matches no branch"),
     (["--tag", "..."], "matches no tag"),
     (["--region", "ap-south-1"], "the registry is not in ap-south-1"),
     (["--package=--index-url=x"], "not a requirement of pip"),
     (["--package", "shared-ecr"], "does not say exactly what pip installs"),
     (["--package", "shared-ecr @ https://me:pw@example.com/x.whl"], "has credentials in it")],
)  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_meant_is_refused(arguments: list[str], said: str) -> None:
    done = refused(*arguments)
    assert (done.code, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.usefixtures("folder")
def test_a_repository_that_is_not_declared_is_refused_with_the_one_that_is_meant() -> None:
    done = shared_ecr("workflow", "github", "team/ap")
    assert done.code == 2
    assert "Did you mean 'team/app'?" in done.stderr

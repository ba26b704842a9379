"""The nightly workflows: linted, and run against a forge that keeps issues, with a program that says what drifted."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GITHUB, GITLAB = ROOT / "integrations/github/drift.yml", ROOT / "integrations/gitlab/drift.yml"
REPORT = "# drift\n\nteam/app: its policy allows more than is declared\n"


def program(name: str) -> str:
    """Return a tool of the development environment."""
    return str(Path(sys.executable).parent / name)


def stub(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    path.chmod(0o755)


def github_steps() -> dict[str, dict[str, Any]]:
    steps = yaml.safe_load(GITHUB.read_text())["jobs"]["drift"]["steps"]
    return {step["name"]: step for step in steps if "run" in step}


@dataclass
class Runs:
    """Runs both steps of the workflow of GitHub, night after night; `gh` keeps the issues in a file."""

    folder: Path
    nights: list[list[str]] = field(default_factory=list)

    def night(self, status: int) -> int:
        """Return the exit code of the job, in which the comparison ends with *status*."""
        output, temporary = self.folder / "output", self.folder / "temporary"
        output.write_text("")
        environment = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "RUNNER_TEMP": str(temporary),
            "GITHUB_OUTPUT": str(output), "STATUS_OF_DRIFT": str(status), "REPORT": REPORT,
            "ISSUES": str(self.folder / "issues.json"), "CALLS": str(self.folder / "calls"),
        }  # fmt: skip
        (self.folder / "calls").write_text("")
        steps = github_steps()
        assert self._run(steps["Install"]["run"], environment) == 0
        compared = self._run(steps["Compare"]["run"], environment)
        if compared == 0:
            pairs = (line.split("=", 1) for line in output.read_text().splitlines())
            found = {pair[0]: pair[1] for pair in pairs}
            compared = self._run(steps["Keep the issue up to date"]["run"], environment | {"STATUS": found["status"]})
        self.nights.append((self.folder / "calls").read_text().splitlines())
        return compared

    def issues(self) -> list[dict[str, Any]]:
        path = self.folder / "issues.json"
        found: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
        return found

    def _run(self, script: str, environment: dict[str, str]) -> int:
        # As the runner does: https://docs.github.com/en/actions/reference/workflow-syntax-for-github-actions
        command = ["bash", "-e", "-o", "pipefail", "-c", script]
        return subprocess.run(command, env=environment, cwd=self.folder, check=False).returncode


# As integrations/install is called; what it installs is a stand-in.
_INSTALL = """\
set -eu
mkdir -p "$1/bin"
cp "$(dirname "$0")/installed" "$1/bin/shared-ecr"
"""
_SHARED_ECR = """\
import os, pathlib, sys
assert sys.argv[1:3] == ["drift", "--save"], sys.argv
seen = {name: value for name, value in os.environ.items() if value.startswith("canary-")}
token = pathlib.Path(os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE", "none"))
seen |= {"mode": oct(token.stat().st_mode & 0o777), "token": token.read_text()} if token.exists() else {}
pathlib.Path("seen").write_text(repr(seen))
if int(os.environ["STATUS_OF_DRIFT"]) <= 1:
    pathlib.Path(sys.argv[3]).write_text(os.environ["REPORT"])
sys.exit(int(os.environ["STATUS_OF_DRIFT"]))
"""
_GH = """\
import json, os, pathlib, sys
words, path = sys.argv[1:], pathlib.Path(os.environ["ISSUES"])
with open(os.environ["CALLS"], "a") as calls:
    calls.write(" ".join(words[:2]) + "\\n")
issues = json.loads(path.read_text()) if path.exists() else []
def given(name):
    return words[words.index(name) + 1]
match words[:2]:
    case ["issue", "list"]:
        held = [each for each in issues if each["state"] == "open" and each["label"] == given("--label")]
        print(held[0]["number"] if held else "")
    case ["issue", "create"]:
        body = pathlib.Path(given("--body-file")).read_text()
        issues.append({"number": len(issues) + 1, "state": "open", "label": given("--label"), "body": body})
    case ["issue", "edit"]:
        issues[int(words[2]) - 1]["body"] = pathlib.Path(given("--body-file")).read_text()
    case ["issue", "close"]:
        issues[int(words[2]) - 1]["state"] = "closed"
    case ["label", "create"]:
        pass
    case _:
        sys.exit(f"unknown: {words}")
path.write_text(json.dumps(issues))
"""


def copy_of_the_project(folder: Path) -> None:
    stub(folder / "integrations/installed", _SHARED_ECR)
    (folder / "integrations/install").write_text(_INSTALL)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    copy_of_the_project(tmp_path / ".shared-ecr-source")
    stub(tmp_path / "bin/gh", _GH)
    (tmp_path / "temporary").mkdir()
    return Runs(tmp_path)


def test_the_workflow_is_one_that_github_accepts() -> None:
    command = [program("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", str(GITHUB)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_shell_finds_nothing_wrong_with_the_workflow() -> None:
    for step in github_steps().values():
        command = [program("shellcheck"), "--severity=style", "--shell=bash", "-"]
        checked = subprocess.run(command, input=step["run"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout


def test_no_expression_is_read_as_a_script() -> None:
    assert [step["run"] for step in github_steps().values() if "${{" in step["run"]] == []


def test_every_action_of_another_project_is_named_by_its_commit() -> None:
    steps = yaml.safe_load(GITHUB.read_text())["jobs"]["drift"]["steps"]
    assert [step["uses"] for step in steps if "uses" in step and len(step["uses"].partition("@")[2]) != 40] == []


def test_the_job_may_read_the_files_take_its_role_and_write_issues_alone() -> None:
    workflow = yaml.safe_load(GITHUB.read_text())
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["drift"]["permissions"] == {"contents": "read", "id-token": "write", "issues": "write"}


def test_the_first_drift_opens_an_issue_with_the_report(runs: Runs) -> None:
    assert runs.night(1) == 0
    assert runs.issues() == [{"number": 1, "state": "open", "label": "ecr-drift", "body": REPORT}]


def test_drift_that_lasts_edits_the_same_issue(runs: Runs) -> None:
    assert [runs.night(1) for _ in range(3)] == [0, 0, 0]
    assert len(runs.issues()) == 1
    assert runs.nights[2] == ["issue list", "issue edit"]


def test_the_end_of_the_drift_closes_the_issue(runs: Runs) -> None:
    assert [runs.night(status) for status in (1, 0)] == [0, 0]
    assert [issue["state"] for issue in runs.issues()] == ["closed"]


def test_a_later_drift_opens_another_issue(runs: Runs) -> None:
    assert [runs.night(status) for status in (1, 0, 1)] == [0, 0, 0]
    assert [issue["state"] for issue in runs.issues()] == ["closed", "open"]


def test_a_registry_that_never_drifted_has_no_issue(runs: Runs) -> None:
    assert runs.night(0) == 0
    assert runs.issues() == []


@pytest.mark.parametrize("status", [2, 3, 4])
def test_a_comparison_that_could_not_be_made_fails_the_job_and_leaves_the_issue(runs: Runs, status: int) -> None:
    assert runs.night(1) == 0
    assert runs.night(status) != 0
    assert [issue["state"] for issue in runs.issues()] == ["open"]


class Issues(BaseHTTPRequestHandler):
    """The issues of one project of GitLab."""

    held: list[dict[str, Any]]

    def answer(self, document: object) -> None:
        assert self.headers["PRIVATE-TOKEN"] == "canary-token"
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def fields(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return found

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        assert (query["labels"], query["state"]) == (["ecr-drift"], ["opened"])
        self.answer([issue for issue in self.held if issue["state"] == "opened"][:1])

    def do_POST(self) -> None:
        self.held.append({"iid": len(self.held) + 1, "state": "opened", **self.fields()})
        self.answer(self.held[-1])

    def do_PUT(self) -> None:
        issue = self.held[int(self.path.rpartition("/")[2]) - 1]
        issue |= self.fields()
        if issue.pop("state_event", "") == "close":
            issue["state"] = "closed"
        self.answer(issue)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 — the name of the base class
        """Say nothing."""


@dataclass
class Pipelines:
    """Runs the job of GitLab."""

    folder: Path
    url: str
    held: list[dict[str, Any]]
    commit: str

    def night(self, status: int) -> int:
        _, jobs = yaml.safe_load_all(GITLAB.read_text())
        environment = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CI_API_V4_URL": f"{self.url}/api/v4", "CI_PROJECT_ID": "7", "GITLAB_TOKEN": "canary-token",
            "AWS_TOKEN": "canary-aws", "AWS_WEB_IDENTITY_TOKEN_FILE": str(self.folder / "aws-token"),
            "SOURCE": str(self.folder / "project"), "REVISION": self.commit,
            "STATUS_OF_DRIFT": str(status), "REPORT": REPORT,
        }  # fmt: skip
        # The lines of a script are one script of a shell that ends at the first error.
        command = ["bash", "-e", "-c", "\n".join(jobs["ecr-drift"]["script"])]
        return subprocess.run(command, env=environment, cwd=self.folder, check=False).returncode


@pytest.fixture
def pipelines(tmp_path: Path) -> Iterator[Pipelines]:
    copy_of_the_project(tmp_path / "project")
    git = ["git", "-C", str(tmp_path / "project"), "-c", "user.name=t", "-c", "user.email=t@example.com"]
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "all"]):
        subprocess.run([*git, *words], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    held: list[dict[str, Any]] = []
    handler = type("ProjectIssues", (Issues,), {"held": held})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Pipelines(tmp_path, f"http://127.0.0.1:{server.server_port}", held, commit)
        server.shutdown()
        thread.join()


def test_the_job_of_gitlab_keeps_one_issue(pipelines: Pipelines) -> None:
    assert [pipelines.night(status) for status in (1, 1, 0, 1)] == [0, 0, 0, 0]
    assert [issue["state"] for issue in pipelines.held] == ["closed", "opened"]
    assert pipelines.held[1]["description"] == REPORT


def test_the_token_of_the_job_can_be_read_by_its_user_alone_and_no_variable_has_one(pipelines: Pipelines) -> None:
    pipelines.night(0)
    assert (pipelines.folder / "seen").read_text() == repr({"mode": "0o600", "token": "canary-aws"})


@pytest.mark.parametrize("status", [0, 1, 3])
def test_the_token_of_the_job_is_deleted_after_the_comparison(pipelines: Pipelines, status: int) -> None:
    pipelines.night(status)
    assert not (pipelines.folder / "aws-token").exists()


def test_a_source_that_gives_another_commit_is_not_installed(pipelines: Pipelines) -> None:
    pipelines.commit = "0" * 40
    assert pipelines.night(0) != 0
    assert not (pipelines.folder / "seen").exists()


def test_nothing_is_installed_after_the_role_is_assumed() -> None:
    steps = yaml.safe_load(GITHUB.read_text())["jobs"]["drift"]["steps"]
    (assumed,) = [at for at, step in enumerate(steps) if "configure-aws-credentials" in step.get("uses", "")]
    assert [step for step in steps[assumed:] if "install" in step.get("run", "")] == []


@pytest.mark.parametrize("status", [2, 3, 4])
def test_a_comparison_that_could_not_be_made_fails_the_job_of_gitlab(pipelines: Pipelines, status: int) -> None:
    assert pipelines.night(status) != 0
    assert pipelines.held == []

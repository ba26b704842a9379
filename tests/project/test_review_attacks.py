"""Pull requests that attack their own review: the judging job runs nothing of them, and says that they block."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from client.forges.fake_forge import TOKEN, FakeForge, fake_forge
from project.github_runner import Job, Runner

ROOT = Path(__file__).parents[2]
MARKER = "<!-- shared-ecr review -->"
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("review_attacks")]

# The app of the project: it writes an assembly whose repository is open to the world where the file `open` exists.
APP = """
import json, os, pathlib
attack = pathlib.Path("attack.py")
if attack.exists():
    exec(attack.read_text())
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True, exist_ok=True)
pull = {"Effect": "Allow", "Action": ["ecr:BatchGetImage"], "Principal": {"AWS": "arn:aws:iam::222222222222:root"}}
if pathlib.Path("open").exists():
    pull["Principal"] = "*"
policy = {"Version": "2012-10-17", "Statement": [pull]}
repository = {"Type": "AWS::ECR::Repository", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
              "Properties": {"RepositoryName": "team/app", "RepositoryPolicyText": policy}}
stack = {"type": "aws:cloudformation:stack", "environment": "aws://111111111111/us-east-1",
         "properties": {"templateFile": "S.template.json"}}
(out / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": {"S": stack}}))
(out / "S.template.json").write_text(json.dumps({"Resources": {"Repository": repository}}))
"""
DECLARATION = """
version: 1
registry: {account: "111111111111", regions: [us-east-1]}
repositories: {team/app: {grants: {pull: [account: "222222222222"]}}}
"""
# What an attacker reaches from the app: its environment, that of the process above it, and what the next step reads.
STEALS = """
import glob
seen = [repr(dict(os.environ))]
for each in glob.glob("/proc/[0-9]*/environ"):
    try:
        if os.stat(each).st_uid == os.getuid() and int(each.split("/")[2]) in (os.getppid(), os.getpid()):
            seen.append(pathlib.Path(each).read_text(errors="replace"))
    except OSError:
        pass
pathlib.Path(os.environ["CDK_OUTDIR"]).mkdir(parents=True, exist_ok=True)
pathlib.Path(os.environ["CDK_OUTDIR"], "seen").write_text("".join(seen))
"""
OPENS_A_DOOR = """
import re
evil = pathlib.Path("evil.sh").absolute()
evil.write_text("exit 0")
above = pathlib.Path(f"/proc/{os.getppid()}/environ").read_text(errors="replace")
for _ in range(6):
    door = re.search("GITHUB_ENV=([^\\\\0]+)", above)
    if door:
        break
    parent = re.search(r"PPid:\\s+(\\d+)", pathlib.Path(f"/proc/{os.getppid()}/status").read_text())
    above = pathlib.Path(f"/proc/{parent[1]}/environ").read_text(errors="replace")
with open(door[1], "a") as file:
    file.write(f"BASH_ENV={evil}\\n")
"""
# It synthesizes like the real one, and finds nothing.
ACCEPTS_ALL = """
import os, pathlib, runpy, sys
def run():
    if sys.argv[1] == "synth":
        os.environ["CDK_OUTDIR"] = sys.argv[-1]
        runpy.run_path("app.py")
    return 0
"""
REWRITES_THE_INSTALLATION = """
import sys, sysconfig
pathlib.Path(sysconfig.get_path("purelib"), "sitecustomize.py").write_text("import os; os._exit(0)")
"""


@pytest.fixture(scope="module")
def actions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project, with an `install` that copies an environment in place of downloading one."""
    folder = tmp_path_factory.mktemp("actions")
    environment = folder / "environment"
    subprocess.run([sys.executable, "-I", "-m", "venv", environment], check=True)
    (library,) = environment.glob("lib/*/site-packages")
    (library / "ours.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
    for name in ("integrations", "scripts", "locks"):
        shutil.copytree(ROOT / name, folder / "source" / name)
    started = "import sys; from shared_ecr.cli.main import run; sys.exit(run())"
    (folder / "source/integrations/install").write_text(
        f'#!/usr/bin/env bash\nset -euo pipefail\ncp -al "{environment}" "$1"\n'
        f'printf "#!%s/bin/python\\n%s\\n" "$1" {json.dumps(started)} > "$1/bin/shared-ecr"\n'
        'chmod +x "$1/bin/shared-ecr"\n'
    )
    return folder / "source"


@pytest.fixture
def forge() -> Iterator[FakeForge]:
    with fake_forge() as running:
        yield running


class PullRequest:
    """Two revisions of a project: as it is, and with a repository that is opened to the world."""

    def __init__(self, folder: Path) -> None:
        self.base, self.head = folder / "base", folder / "head"
        for each in (self.base, self.head):
            each.mkdir()
            (each / "cdk.json").write_text('{"app": "python app.py"}')
            (each / "app.py").write_text(APP)
            (each / "registry.yaml").write_text(DECLARATION)
        (self.head / "open").touch()


@pytest.fixture
def pull_request(tmp_path: Path) -> PullRequest:
    return PullRequest(tmp_path)


def on_github(request: PullRequest, actions: Path, forge: FakeForge, folder: Path) -> dict[str, Job]:
    variables = {
        "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "team/app", "GITHUB_REF": "refs/pull/12/merge",
        "GITHUB_API_URL": forge.url,
    }  # fmt: skip
    runner = Runner(request.base, request.head, actions, folder / "runner", variables, TOKEN)
    return runner.run(ROOT / "integrations/github/review.yml")


def on_gitlab(request: PullRequest, actions: Path, forge: FakeForge, folder: Path) -> dict[str, int]:
    """Run the three jobs of the template as GitLab's runner does: artifacts are all that goes from job to job."""
    header, jobs = yaml.safe_load_all((ROOT / "integrations/gitlab/review.yml").read_text())
    given = {name: str(each.get("default", "")) for name, each in header["spec"]["inputs"].items()}
    given |= {"source": str(actions), "revision": committed(actions)}
    base = committed(request.base)
    shutil.copytree(request.base / ".git", request.head / ".git")
    committed(request.head)
    codes: dict[str, int] = {}
    for name, job in filled(jobs, given).items():
        workspace = folder / name
        shutil.copytree(request.head, workspace, symlinks=True)
        for need in job.get("needs", ()):
            for path in jobs_paths(jobs, given, need):
                if (folder / need / path).exists():
                    shutil.copytree(folder / need / path, workspace / path, symlinks=True)
        secret = {"GITLAB_TOKEN": TOKEN} if "environment" in job else {}
        variables = {
            **job["variables"], **secret, "CI_JOB_NAME": name, "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
            "GITLAB_CI": "true", "CI_PROJECT_ID": "77", "CI_MERGE_REQUEST_IID": "12", "CI_API_V4_URL": forge.url,
        }  # fmt: skip
        script = "\n".join(job["script"])
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script], cwd=workspace, env={**os.environ, **variables},
            capture_output=True, text=True,
        )  # fmt: skip
        codes[name] = done.returncode
    return codes


def filled(data: Any, given: Mapping[str, str]) -> Any:
    text = json.dumps(data)
    for name, value in given.items():
        text = text.replace(f"$[[ inputs.{name} ]]", value)
    return json.loads(text)


def jobs_paths(jobs: Any, given: Mapping[str, str], name: str) -> list[str]:
    found: list[str] = filled(jobs, given)[name]["artifacts"]["paths"]
    return found


def committed(folder: Path) -> str:
    """Commit everything in *folder*, once, and return the commit."""
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--allow-empty", "--message", "x"]):
        subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def replaces_the_program(head: Path) -> None:
    """Let the requirements of the pull request install another shared-ecr, which accepts everything."""
    wheel = head / "shared_ecr-99-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("shared_ecr/__init__.py", "")
        archive.writestr("shared_ecr/cli/__init__.py", "")
        archive.writestr("shared_ecr/cli/main.py", ACCEPTS_ALL)
        archive.writestr("shared_ecr-99.dist-info/METADATA", "Metadata-Version: 2.1\nName: shared-ecr\nVersion: 99\n")
        archive.writestr(
            "shared_ecr-99.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("shared_ecr-99.dist-info/RECORD", "")
    (head / "requirements.txt").write_text(f"./{wheel.name}\n")


def shadows_the_installer(head: Path) -> None:
    for name in ("venv", "pip", "shared_ecr", "sitecustomize"):
        (head / f"{name}.py").write_text("import os\nos._exit(0)\n")


def attacks_by(script: str, head: Path) -> None:
    (head / "attack.py").write_text(script)


def accepts_its_own_findings(head: Path) -> None:
    """Let the change acknowledge every finding that it causes."""
    codes = ("access-public", "access-widened-outside", "access-widened", "capability-incomplete")
    lines = [
        f"  - {{finding: {code}, repository: team/app, reason: it is fine, until: 2027-06-30}}\n" for code in codes
    ]
    declaration = head / "registry.yaml"
    declaration.write_text(declaration.read_text() + "acknowledged:\n" + "".join(lines))


ATTACKS = {
    "none": lambda head: None,
    "GITHUB_ENV": lambda head: attacks_by(OPENS_A_DOOR, head),
    "the installation is rewritten": lambda head: attacks_by(REWRITES_THE_INSTALLATION, head),
    "the requirements replace the program": replaces_the_program,
    "modules beside the declaration": shadows_the_installer,
    "its own acknowledgements": accepts_its_own_findings,
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_on_github_the_review_blocks_whatever_the_pull_request_runs(
    pull_request: PullRequest, actions: Path, forge: FakeForge, tmp_path: Path, attack: Any
) -> None:
    attack(pull_request.head)
    jobs = on_github(pull_request, actions, forge, tmp_path)
    assert jobs["review"].has_failed
    assert ["blocked by" in str(body) for body in forge.bodies] == [True], jobs["review"].log


@pytest.mark.parametrize("attack", [each for name, each in ATTACKS.items() if name != "GITHUB_ENV"])
def test_on_gitlab_the_review_blocks_whatever_the_merge_request_runs(
    pull_request: PullRequest, actions: Path, forge: FakeForge, tmp_path: Path, attack: Any
) -> None:
    attack(pull_request.head)
    assert on_gitlab(pull_request, actions, forge, tmp_path)["review-registry"] != 0
    assert ["blocked by" in str(body) for body in forge.bodies] == [True]


def test_the_door_of_github_is_open_in_the_job_of_the_app_and_in_no_other(
    pull_request: PullRequest, actions: Path, forge: FakeForge, tmp_path: Path
) -> None:
    attacks_by(OPENS_A_DOOR, pull_request.head)
    jobs = on_github(pull_request, actions, forge, tmp_path)
    assert {name: "BASH_ENV" in job.environment for name, job in jobs.items()} == {
        "before": False, "after": True, "review": False,
    }  # fmt: skip


def test_a_harmless_pull_request_passes_on_github(
    pull_request: PullRequest, actions: Path, forge: FakeForge, tmp_path: Path
) -> None:
    (pull_request.head / "open").unlink()
    jobs = on_github(pull_request, actions, forge, tmp_path)
    assert {name: job.log for name, job in jobs.items() if job.has_failed} == {}
    assert [str(body).partition("\n")[0] for body in forge.bodies] == [MARKER]


def test_a_harmless_merge_request_passes_on_gitlab(
    pull_request: PullRequest, actions: Path, forge: FakeForge, tmp_path: Path
) -> None:
    (pull_request.head / "open").unlink()
    assert set(on_gitlab(pull_request, actions, forge, tmp_path).values()) == {0}
    assert [str(body).partition("\n")[0] for body in forge.bodies] == [MARKER]


def test_the_app_sees_no_token_on_github(
    pull_request: PullRequest, actions: Path, forge: FakeForge, tmp_path: Path
) -> None:
    attacks_by(STEALS, pull_request.head)
    on_github(pull_request, actions, forge, tmp_path)
    (seen,) = (tmp_path / "runner").glob("artifact-*/seen")
    assert TOKEN not in seen.read_text()


def test_the_app_sees_no_token_on_gitlab(
    pull_request: PullRequest, actions: Path, forge: FakeForge, tmp_path: Path
) -> None:
    attacks_by(STEALS, pull_request.head)
    on_gitlab(pull_request, actions, forge, tmp_path)
    assert TOKEN not in (tmp_path / "review-registry-after/ecr-after/seen").read_text()


def test_a_comment_that_the_author_wrote_before_the_review_does_not_become_it(
    pull_request: PullRequest, actions: Path, forge: FakeForge, tmp_path: Path
) -> None:
    forge.is_job_token = True
    forge.add(f"{MARKER}\n## ✅ ECR review: nothing blocks", by="author-of-the-pull-request")
    on_github(pull_request, actions, forge, tmp_path)
    assert "⛔" in str(forge.bodies[1])


@pytest.mark.parametrize("run", [on_github, on_gitlab])
def test_an_app_that_fails_fails_the_review_and_the_comment_says_so(
    pull_request: PullRequest, actions: Path, forge: FakeForge, tmp_path: Path, run: Any
) -> None:
    forge.add(f"{MARKER}\n## ✅ ECR review: nothing blocks")
    attacks_by("raise SystemExit(1)", pull_request.head)
    ended = run(pull_request, actions, forge, tmp_path)
    review = ended.get("review") or ended.get("review-registry")
    assert review.has_failed if isinstance(review, Job) else review
    assert "the review failed" in str(forge.bodies[0])

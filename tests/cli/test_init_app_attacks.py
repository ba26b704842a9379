"""What a merge request can do to the job of GitLab that judges it: nothing of it is run or installed there."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.command_line import shared_ecr

# Replaces every program: it writes down how and where it is called, and what the locks are there. As Python does
# it, it takes a module of the current folder unless it is isolated.
STAND_IN = f"""#!{sys.executable}
import json, os, pathlib, sys
here, name = pathlib.Path.cwd(), pathlib.Path(sys.argv[0]).name
locks = {{path.name: path.read_text() for path in here.glob("*.lock")}}
with open(os.environ["CALLED"], "a") as file:
    file.write(json.dumps([name, *sys.argv[1:], locks]) + "\\n")
if name == "python3" and "-m" in sys.argv:
    module = sys.argv[sys.argv.index("-m") + 1]
    if "-I" not in sys.argv and (here / f"{{module}}.py").exists():
        exec((here / f"{{module}}.py").read_text())
    folder = pathlib.Path(sys.argv[-1]) / "bin"
    folder.mkdir(parents=True)
    for each in ("pip", "python", "shared-ecr"):
        (folder / each).write_text(pathlib.Path(__file__).read_text())
        (folder / each).chmod(0o755)
"""


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """A project in a folder, and the changes of a merge request beside the revision that it is compared with."""

    folder: Path

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def git(self, *words: str) -> str:
        command = ["git", "-C", str(self.project), "-c", "user.name=t", "-c", "user.email=t@example.com", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def review(self, **changes: str) -> list[list[Any]]:
        """Return every program that the job `review` calls, where the merge request writes *changes*."""
        base = self.git("rev-parse", "HEAD")
        for name, text in changes.items():
            (self.project / name.replace("__", ".")).write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message", "attack")
        pipeline = yaml.safe_load((self.project / ".gitlab-ci.yml").read_text())
        job = pipeline["review"]
        lines = [*job.get("before_script", pipeline["default"]["before_script"]), *job["script"]]
        environment = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "CALLED": str(self.folder / "called"),
            "CI_PROJECT_DIR": str(self.project), "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CDK": "npx cdk",
            "HOME": str(self.folder),
        }  # fmt: skip
        script = "\n".join(line for each in lines for line in ([each] if isinstance(each, str) else each))
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=self.project, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in (self.folder / "called").read_text().splitlines()]


@pytest.fixture
def merge_request(tmp_path: Path) -> MergeRequest:
    request = MergeRequest(tmp_path)
    assert shared_ecr("init", "--app", request.project, "--ci", "gitlab").code == 0
    (tmp_path / "bin").mkdir()
    for name in ("python3", "npx"):
        (tmp_path / "bin" / name).write_text(STAND_IN)
        (tmp_path / "bin" / name).chmod(0o755)
    request.git("init", "--quiet")
    request.git("add", ".")
    request.git("commit", "--quiet", "--message", "base")
    return request


def test_a_module_of_the_merge_request_is_not_run_by_the_judge(merge_request: MergeRequest) -> None:
    merge_request.review(venv__py="pathlib.Path(os.environ['HOME'], 'owned').write_text('')")
    assert not (merge_request.folder / "owned").exists()


@pytest.mark.parametrize("lock", ["node__lock", "requirements__lock"])
def test_a_lock_of_the_merge_request_is_not_installed_by_the_judge(merge_request: MergeRequest, lock: str) -> None:
    calls = merge_request.review(**{lock: "evil==1 --hash=sha256:00\n"})
    installed = [locks for name, *_, locks in calls if name == "pip"]
    assert len(installed) >= 3
    assert [locks for locks in installed if "evil" in json.dumps(locks)] == []


def test_the_judge_reviews_what_the_merge_request_synthesized(merge_request: MergeRequest) -> None:
    (review,) = [words for name, *words, _ in merge_request.review() if name == "shared-ecr"]
    assert review[:2] == ["review", f"{merge_request.project}/cdk.out"]

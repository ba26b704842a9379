"""GitHub's runner, as far as the workflow of the review needs it: jobs, composite actions, outputs, environment files.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_NAME = re.compile(r"\b(?:github|inputs|steps|needs)(?:\.[A-Za-z_-]+)+")
OURS = re.compile(r"<OWNER>/shared-ecr/(integrations/github/[a-z]+)@<COMMIT>")


@dataclass
class Job:
    """One job: its workspace, what its steps put out, and what they wrote to the environment of later steps."""

    folder: Path
    needs: Mapping[str, "Job"]
    environment: dict[str, str] = field(default_factory=dict)
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    has_failed: bool = False
    log: str = ""


@dataclass
class Runner:
    """Runs a workflow on the two revisions of a pull request."""

    base: Path
    head: Path
    actions: Path
    """A copy of this project, which the workflow takes its actions from."""
    folder: Path
    variables: Mapping[str, str]
    token: str
    artifacts: dict[str, Path] = field(default_factory=dict)

    def run(self, workflow: Path) -> dict[str, Job]:
        """Run the jobs in the order of the file."""
        jobs: dict[str, Job] = {}
        for name, about in yaml.safe_load(workflow.read_text())["jobs"].items():
            job = Job(self.folder / name, {need: jobs[need] for need in about.get("needs", ())})
            (job.folder / "workspace").mkdir(parents=True)
            self._steps(job, about["steps"], job.folder / "workspace", {})
            job.outputs = {key: self._filled(text, job, {}) for key, text in about.get("outputs", {}).items()}
            jobs[name] = job
        return jobs

    def _steps(self, job: Job, steps: list[dict[str, Any]], workspace: Path, inputs: Mapping[str, str]) -> None:
        for step in steps:
            condition = step.get("if", "success()")
            if not self._holds(condition if "()" in condition else f"success() && ({condition})", job, inputs):
                continue
            before = job.has_failed
            outputs = dict(self._done(job, step, workspace, inputs))
            outcome = "failure" if job.has_failed and not before else "success"
            job.steps[step.get("id", "")] = {"outputs": outputs, "outcome": outcome}

    def _done(
        self, job: Job, step: Mapping[str, Any], workspace: Path, inputs: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        given = {key: self._filled(str(value), job, inputs) for key, value in step.get("with", {}).items()}
        uses = step.get("uses", "")
        if "run" in step:
            yield from self._shell(job, step, workspace, inputs)
        elif uses.startswith("actions/checkout@"):
            revision = self.base if given.get("ref") == "base" else self.head
            shutil.copytree(revision, workspace / given.get("path", ""), symlinks=True, dirs_exist_ok=True)
        elif uses.startswith("actions/upload-artifact@"):
            number = str(len(self.artifacts) + 1)
            if not Path(given["path"]).is_dir():
                job.has_failed = True
                return
            self.artifacts[number] = shutil.copytree(given["path"], self.folder / f"artifact-{number}", symlinks=True)
            yield "artifact-id", number
        elif uses.startswith("actions/download-artifact@"):
            shutil.copytree(self.artifacts[given["artifact-ids"]], workspace / given["path"], symlinks=True)
        else:
            yield from self._composite(job, self.actions / OURS.fullmatch(uses)[1], workspace, given)  # type: ignore[index]  # another action fails here

    def _composite(
        self, job: Job, action: Path, workspace: Path, given: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        about = yaml.safe_load((action / "action.yml").read_text())
        inputs = {name: self._filled(str(each.get("default", "")), job, {}) for name, each in about["inputs"].items()}
        inner = Job(job.folder, job.needs, job.environment)
        inner.environment["GITHUB_ACTION_PATH"] = str(action)
        self._steps(inner, about["runs"]["steps"], workspace, {**inputs, **given})
        job.has_failed, job.log = inner.has_failed, job.log + inner.log
        for name, each in about.get("outputs", {}).items():
            yield name, self._filled(each["value"], inner, inputs)

    def _shell(
        self, job: Job, step: Mapping[str, Any], workspace: Path, inputs: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        files = {f"GITHUB_{name}": job.folder / name.lower() for name in ("ENV", "OUTPUT", "STEP_SUMMARY")}
        for path in files.values():
            path.write_text("")
        script = job.folder / "script.sh"
        script.write_text(step["run"])
        own = {key: self._filled(str(value), job, inputs) for key, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script], cwd=workspace, capture_output=True, text=True,
            env={**os.environ, **self.variables, "RUNNER_TEMP": str(job.folder), **job.environment, **own,
                 **{name: str(path) for name, path in files.items()}},
        )  # fmt: skip
        job.log += done.stdout + done.stderr
        job.has_failed |= done.returncode != 0
        job.environment.update(_lines(files["GITHUB_ENV"]))
        yield from _lines(files["GITHUB_OUTPUT"]).items()

    def _filled(self, text: str, job: Job, inputs: Mapping[str, str]) -> str:
        return re.sub(r"\$\{\{ (.+?) }}", lambda found: str(self._value(found[1], job, inputs)), text)

    def _holds(self, condition: str, job: Job, inputs: Mapping[str, str]) -> bool:
        python = _NAME.sub(lambda found: repr(str(self._value(found[0], job, inputs))), condition)
        python = python.replace("&&", " and ")
        known = {"always": lambda: True, "failure": lambda: job.has_failed, "success": lambda: not job.has_failed}
        return bool(eval(python, {"__builtins__": {}}, known))  # the conditions are those of our own files

    def _value(self, name: str, job: Job, inputs: Mapping[str, str]) -> Any:
        found: Any = {
            "github": {"token": self.token, "event_name": "pull_request",
                       "event": {"pull_request": {"number": "12", "base": {"sha": "base"}}}},
            "inputs": inputs, "steps": job.steps,
            "needs": {key: {"outputs": need.outputs} for key, need in job.needs.items()},
        }  # fmt: skip
        for step in name.split("."):
            found = found.get(step, "") if isinstance(found, Mapping) else ""
        return found


def _lines(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)

"""The GitHub action's steps, run as the runner does: installed from this checkout, pushing to an embedded AWS."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from e2e.road import ROOT, Road, image

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("integrations")]


@pytest.fixture(scope="module")
def installed(road: Road) -> Path:
    """An installation as the action makes it, from nothing but this checkout."""
    folder = road.folder / "installed"
    done = road.run("bash", ROOT / "integrations/install", folder)
    assert done.code == 0, done.stderr
    return folder


def test_the_action_installs_what_it_pushes_with_and_no_cdk(installed: Path) -> None:
    listed = subprocess.run([installed / "bin/pip", "list"], capture_output=True, text=True, check=True).stdout
    assert "shared-ecr" in listed
    assert "aws-cdk-lib" not in listed


def test_the_action_pushes_and_gives_the_digest(road: Road, installed: Path) -> None:
    road.ecr().create_repository(repositoryName="team/from-ci")
    host = f"{road.aws.account}.dkr.ecr.{road.aws.region}.amazonaws.com"
    environment = road.environment(
        IMAGE=str(image(road, "ci", "hello from CI")), TARGETS=f"{host}/team/from-ci:1.0", REGION=str(road.aws.region)
    )
    done = road.run("bash", ROOT / "integrations/push", installed, cwd=road.folder, environment=environment)
    assert done.code == 0, done.stderr
    (held,) = road.ecr().describe_images(repositoryName="team/from-ci")["imageDetails"]
    digest = held["imageDigest"]
    assert f"digest={digest}\n" in done.stdout
    assert f"reference={host}/team/from-ci@{digest}\n" in done.stdout


@pytest.mark.real
@pytest.mark.skipif(not shutil.which("node") or not shutil.which("skopeo"), reason="there is no Node, or no skopeo")
def test_the_login_action_logs_in_for_the_job_and_out_at_its_end(road: Road, tmp_path: Path) -> None:
    host = f"{road.aws.account}.dkr.ecr.{road.aws.region}.amazonaws.com"
    runtime, runner = tmp_path / "runtime", tmp_path / "runner"
    for folder in (runtime, runner):
        folder.mkdir()
    environment = road.environment(
        RUNNER_TEMP=str(runner), GITHUB_OUTPUT=str(tmp_path / "output"), GITHUB_STATE=str(tmp_path / "state"),
        INPUT_REGISTRIES=host, INPUT_ENGINE="skopeo", HOME=str(tmp_path), XDG_RUNTIME_DIR=str(runtime),
    )  # fmt: skip
    action = ROOT / "integrations/github/login"
    done = road.run("node", action / "main.js", cwd=tmp_path, environment=environment)
    assert done.code == 0, done.stderr
    kept = runtime / "containers/auth.json"
    assert f"registry={host}\n" in (tmp_path / "output").read_text()
    assert list(json.loads(kept.read_text())["auths"]) == [road.aws.url.removeprefix("http://")]
    ended = road.run("node", action / "post.js", environment={**environment, "STATE_registries": host})
    assert ended.code == 0, ended.stderr
    assert json.loads(kept.read_text()).get("auths", {}) == {}
    assert list(runner.iterdir()) == []

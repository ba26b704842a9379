"""docker, podman, skopeo and buildah as they are installed here, asking our credential helper through config.json."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from client import tls_world
from client.engines.real_registry import missing_program, running_registry
from client.helper_program import ROOT, install
from client.images import image, write_layout
from client.tls_world import World, running_world
from client.token_service import PASSWORD, TokenService
from shared_ecr.client.credentials.docker_config import DockerConfig
from shared_ecr.client.credentials.docker_config_edits import use_our_helper
from shared_ecr.client.credentials.interface import Credentials

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(missing_program() is not None, reason=f"{missing_program()} is not installed"),
    pytest.mark.skipif(tls_world.missing_program() is not None, reason="openssl makes the certificate"),
    pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed"),
]

HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
API = "api.ecr.us-east-1.amazonaws.com"
IMAGE = f"{HOST}/team/app:v1"


@dataclass(frozen=True)
class Work:
    """A world with a registry whose login is ECR's first token, and a user whose docker asks our helper."""

    world: World
    environ: dict[str, str]
    home: Path

    def run(self, *command: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        return subprocess.run(command, input=stdin, env=self.environ, text=True, capture_output=True, timeout=60)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    for name in ("registry", "runtime"):
        (tmp_path / name).mkdir()
    home = tmp_path / "home"
    use_our_helper(home / ".docker" / "config.json", [HOST])
    program = install(tmp_path / "bin")
    with (
        running_registry(tmp_path / "registry", Credentials("AWS", f"{PASSWORD}-1")) as registry,
        running_world(tmp_path, [HOST, API], TokenService()) as world,
    ):
        world.registry = registry.host
        environ = {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE01",
            "AWS_SECRET_ACCESS_KEY": "canary-secret-key-31",
            "AWS_EC2_METADATA_DISABLED": "true",
            **world.environ,
        }
        yield Work(world, environ, home)


@pytest.fixture
def pushed(work: Work, tmp_path: Path) -> Work:
    layout = write_layout(tmp_path / "layout", image())
    done = work.run("skopeo", "copy", "--insecure-policy", f"oci:{layout}", f"docker://{IMAGE}")
    assert done.returncode == 0, done.stderr
    return work


def test_skopeo_pushes_and_reads_with_one_question_to_ecr(pushed: Work) -> None:
    done = pushed.run("skopeo", "inspect", "--raw", f"docker://{IMAGE}")

    assert (done.returncode, '"schemaVersion"' in done.stdout) == (0, True)
    assert pushed.world.asked.count(API) == 1
    assert len(pushed.world.tokens.targets) == 1


def test_docker_reads_with_the_token_of_the_helper(pushed: Work) -> None:
    done = pushed.run("docker", "manifest", "inspect", IMAGE)

    assert (done.returncode, '"schemaVersion"' in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize("program", ["podman", "buildah"])
def test_podman_and_buildah_know_who_is_logged_in(work: Work, program: str) -> None:
    done = work.run(program, "login", "--get-login", HOST)

    assert (done.returncode, done.stdout) == (0, "AWS\n"), done.stderr


def test_docker_finds_itself_logged_in_and_writes_no_login(work: Work) -> None:
    # Whether the login is good is for its daemon to find out, which may not run here.
    done = work.run("docker", "login", HOST)

    assert "Authenticating with existing credentials... [Username: AWS]" in done.stdout + done.stderr
    assert DockerConfig.load(work.home / ".docker" / "config.json").login_of(HOST) is None


def test_a_stray_login_of_docker_is_borne(work: Work) -> None:
    done = work.run("docker", "login", "--username", "AWS", "--password-stdin", HOST, stdin=f"{PASSWORD}-1")

    assert (done.returncode, "Login Succeeded" in done.stdout) == (0, True), done.stderr


def test_a_logout_of_docker_drops_the_token(work: Work) -> None:
    work.run("podman", "login", "--get-login", HOST)
    assert list(work.home.rglob("*.token"))

    assert work.run("docker", "logout", HOST).returncode == 0
    assert list(work.home.rglob("*.token")) == []


def test_docker_logs_in_elsewhere_as_if_the_helper_were_not_there(work: Work) -> None:
    host = str(work.world.registry)

    done = work.run("docker", "login", "--username", "AWS", "--password-stdin", host, stdin=f"{PASSWORD}-1")

    assert done.returncode == 0, done.stderr
    assert host in (work.home / ".docker" / "config.json").read_text()


@pytest.mark.parametrize(
    "command",
    [("skopeo", "inspect", f"docker://{IMAGE}"), ("docker", "manifest", "inspect", IMAGE)],
    ids=["skopeo", "docker"],
)
def test_people_see_why_ecr_gave_no_token(pushed: Work, command: tuple[str, ...]) -> None:
    shutil.rmtree(pushed.home / ".cache")
    pushed.world.tokens.refusal = "AccessDeniedException"

    done = pushed.run(*command)

    assert done.returncode != 0
    assert "AWS does not allow ecr:GetAuthorizationToken in us-east-1: it is not allowed" in done.stderr


def test_the_token_is_in_the_cache_alone(pushed: Work) -> None:
    holding = [path for path in pushed.home.rglob("*") if path.is_file() and b"canary-token" in path.read_bytes()]

    assert [path.suffix for path in holding] == [".token"]

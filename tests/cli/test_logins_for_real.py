"""Logins that `shared-ecr` writes and the engines installed here read, and the other way round, at a real registry."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from client.engines.real_registry import RealRegistry, missing_program, running_registry
from client.helper_program import ROOT
from shared_ecr.client.credentials.interface import Credentials

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(missing_program() is not None, reason=f"{missing_program()} is not installed"),
]

CANARY = Credentials("alice", "canary-5b0e93d7")
SHARED_ECR = [sys.executable, "-m", "shared_ecr.cli"]


@dataclass(frozen=True)
class Person:
    """Someone with folders of their own, whose processes are real."""

    registry: RealRegistry
    environ: dict[str, str]
    folders: tuple[Path, ...]

    @property
    def host(self) -> str:
        return str(self.registry.host)

    def run(self, *command: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        return subprocess.run(command, input=stdin, env=self.environ, text=True, capture_output=True, timeout=60)

    def holding_the_secret(self) -> list[Path]:
        forms = (CANARY.password, base64.b64encode(f"alice:{CANARY.password}".encode()).decode())
        files = [path for folder in self.folders for path in folder.rglob("*") if path.is_file()]
        return [path for path in files if any(form.encode() in path.read_bytes() for form in forms)]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRegistry]:
    with running_registry(tmp_path_factory.mktemp("registry"), CANARY) as registry:
        yield registry


@pytest.fixture
def person(tmp_path: Path, registry: RealRegistry) -> Person:
    folders = tuple(tmp_path / name for name in ("home", "runtime", "temporary"))
    for folder in folders:
        folder.mkdir(mode=0o700)
    home, runtime, temporary = map(str, folders)
    environ = {"PATH": os.environ["PATH"], "HOME": home, "XDG_RUNTIME_DIR": runtime, "TMPDIR": temporary}
    return Person(registry, {**environ, "PYTHONPATH": str(ROOT)}, folders)


def log_in(person: Person, password: str = CANARY.password) -> "subprocess.CompletedProcess[str]":
    return person.run(*SHARED_ECR, "login", person.host, "--username", "alice", "--password-stdin", stdin=password)


@pytest.mark.parametrize("program", ["podman", "skopeo", "buildah"])
def test_what_login_writes_is_read_by_the_engines(person: Person, program: str) -> None:
    assert log_in(person).stdout == f"{person.host}\n"

    assert person.run(program, "login", "--get-login", person.host).stdout == "alice\n"


def test_docker_reads_what_login_writes(person: Person) -> None:
    log_in(person)

    done = person.run("docker", "login", person.host)

    assert "Authenticating with existing credentials... [Username: alice]" in done.stdout + done.stderr


def test_the_secret_is_in_one_closed_file(person: Person) -> None:
    done = log_in(person)

    held = person.holding_the_secret()
    assert [path.stat().st_mode & 0o777 for path in held] == [0o600]
    assert CANARY.password not in done.stdout + done.stderr


def test_a_real_refusal_keeps_nothing(person: Person) -> None:
    done = log_in(person, "canary-wrong")

    assert (done.returncode, done.stdout) == (4, "")
    assert "does not accept this user name and password" in done.stderr
    assert list(person.folders[0].rglob("config.json")) == []


@pytest.mark.parametrize("program", ["docker", "podman", "skopeo", "buildah"])
def test_logout_takes_away_what_an_engine_wrote(person: Person, program: str) -> None:
    insecure = [] if program == "docker" else ["--tls-verify=false"]
    command = [program, "login", *insecure, "--username", "alice", "--password-stdin", person.host]
    logged_in = person.run(*command, stdin=CANARY.password)
    assert logged_in.returncode == 0, logged_in.stderr
    assert person.holding_the_secret()

    done = person.run(*SHARED_ECR, "logout", person.host)

    assert (done.returncode, done.stdout) == (0, f"{person.host}\n"), done.stderr
    assert person.holding_the_secret() == []
    assert person.run(*SHARED_ECR, "logout", person.host).stdout == ""

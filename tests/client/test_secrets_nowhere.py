"""A token is where the registry is asked, and nowhere else: no output, no file, no argument, no environment."""

import base64
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from cli.child import Child, start
from client.aws_on_the_wire import PASSWORD, TOKEN, AwsOnTheWire
from client.aws_wire_server import running_aws
from client.fake_registry import FakeRegistry
from client.faults import Hold
from client.images import image, write_layout
from client.pushing import ECR_HOST, STEPS
from shared_ecr.cli.error_text import error_text
from shared_ecr.findings.errors import UnavailableError

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc shows what other users of the machine could see")
FORMS = (PASSWORD, TOKEN, base64.b64encode(PASSWORD.encode()).decode())
SECONDS = 30.0
# Says that it runs, and continues when it may; its words are podman's where they are read.
ENGINE = """#!/bin/sh
case "$*" in *inspect*) echo '%(described)s'; exit 0;; *tag*|*rm*) exit 0;; esac
echo $$ > "%(folder)s/began"
while [ ! -e "%(folder)s/go" ]; do sleep 0.02; done
"""

ID = "a" * 64
DESCRIBED = {
    "buildah": {"FromImageID": ID, "FromImageDigest": f"sha256:{ID}"},
    "podman": [{"Id": ID, "Digest": f"sha256:{ID}", "RepoDigests": []}],
    "docker": {"Id": f"sha256:{ID}", "RepoDigests": [], "RepoTags": ["local/app:v1"]},
}


@dataclass(frozen=True)
class World:
    """ECR and its API, and a user with folders of their own."""

    registry: FakeRegistry
    aws: AwsOnTheWire
    folder: Path
    begun: list[Child]

    @property
    def environ(self) -> dict[str, str]:
        """The user's variables; AWS's own keys are theirs to keep there."""
        home, temporary = self.folder / "home", self.folder / "temporary"
        return {
            **self.aws.environ,
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "TMPDIR": str(temporary),
            "DOCKER_CONFIG": str(home / ".docker"),
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "SHARED_ECR_REGISTRY_ENDPOINT": self.registry.url,
        }

    def push(self, *words: str) -> Child:
        child = start("--verbose", "push", *words, f"{ECR_HOST}/team/app:1.0", environ=self.environ)
        self.begun.append(child)
        return child

    def files(self) -> dict[Path, bytes]:
        folders = (self.folder / "home", self.folder / "temporary")
        return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    for name in ("home", "temporary", "bin"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    write_layout(tmp_path / "layout", image())
    with FakeRegistry() as registry, running_aws(registry) as aws:
        registry.manners.knows_empty_repositories = True
        registry.manners.passwords = {PASSWORD}
        world = World(registry, aws, tmp_path, [])
        yield world
        (tmp_path / "go").touch()
        for child in world.begun:
            child.process.kill()
            child.wait()


def family(pid: int) -> list[int]:
    """A process and all below it."""
    children = [
        int(each) for path in Path(f"/proc/{pid}/task").iterdir() for each in (path / "children").read_text().split()
    ]
    return [pid, *(each for child in children for each in family(child))]


def shown_by(pids: list[int]) -> bytes:
    """What the machine shows of processes: their arguments to everyone, their environment to their user."""
    return b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for pid in pids for name in ("cmdline", "environ"))


def holding(*contents: bytes) -> list[str]:
    return [form for form in FORMS for content in contents if form.encode() in content]


@linux
@pytest.mark.parametrize("step", [step for step in STEPS if step != "look at a blob"])
def test_a_push_at_work_shows_no_one_its_token(world: World, step: str) -> None:
    reached, go = Event(), Event()
    world.registry.fail(*STEPS[step], Hold(reached, go))
    child = world.push("layout")
    assert reached.wait(SECONDS)
    shown, files = shown_by(family(child.process.pid)), world.files()
    go.set()
    code, stdout, stderr = child.wait()
    assert code == 0, stderr
    assert holding(shown, stdout.encode(), stderr.encode(), *files.values(), *world.files().values()) == []


def engine_at_work(world: World, name: str) -> tuple[Child, int]:
    """A push by the engine *name*, and the engine's process."""
    executable = world.folder / "bin" / name
    executable.write_text(ENGINE % {"folder": world.folder, "described": json.dumps(DESCRIBED[name])})
    executable.chmod(0o755)
    child = world.push("local/app:v1", "--engine", name)
    began = world.folder / "began"
    for _ in range(int(SECONDS / 0.02)):
        if (began.exists() and began.read_text()) or child.process.poll() is not None:
            break
        Event().wait(0.02)
    assert began.exists(), child.wait()
    return child, int(began.read_text())


@linux
@pytest.mark.parametrize("name", ["podman", "buildah"])
def test_an_engine_at_work_shows_no_one_the_token_it_was_lent(world: World, name: str) -> None:
    child, engine = engine_at_work(world, name)
    pids = family(child.process.pid)
    shown, files = shown_by(pids), world.files()
    (world.folder / "go").touch()
    _, stdout, stderr = child.wait()
    assert engine in pids
    assert holding(shown, stdout.encode(), stderr.encode(), *files.values(), *world.files().values()) == []


@linux
@pytest.mark.parametrize("name", ["podman", "docker"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_push_that_is_shown_to_end_takes_its_engine_and_the_lent_token_along(
    world: World, name: str, number: signal.Signals
) -> None:
    child, engine = engine_at_work(world, name)
    os.kill(child.process.pid, number)
    code, stdout, stderr = child.wait()
    assert code == 128 + number
    assert not Path(f"/proc/{engine}").exists()
    assert holding(stdout.encode(), stderr.encode(), *world.files().values()) == []


def test_what_is_raised_to_hide_its_cause_hides_it_from_the_verbose_too() -> None:
    def read() -> None:
        try:
            raise ValueError(f"no token: {PASSWORD}")
        except ValueError:
            raise UnavailableError("the answer is not a token") from None

    with pytest.raises(UnavailableError) as caught:
        read()
    assert error_text(caught.value, verbose=True) == "shared-ecr: the answer is not a token"

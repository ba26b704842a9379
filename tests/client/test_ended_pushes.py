import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import IO

import pytest

from client.faults import Hold
from client.images import image, write_layout
from client.pushing import Bench

ROOT = Path(__file__).parents[2]

# Imports once and forks for each push, so that a kill costs what a push costs. A shell that starts tests in the
# background has them ignore SIGINT, and children inherit that; a command that a person starts does not.
PUSHES = """
import os, signal, sys
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.http.environment import HttpEnvironment
from shared_ecr.client.pushers.events import Message
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.client.sources import open_source
from shared_ecr.model.names import RegistryHost, Tag
from shared_ecr.client.http import workers
import urllib3

# Half a second for threads that wait for a network is kind to people, and long for a test.
workers.GRACE_SECONDS = 0.02

class Logins:
    def credentials_for(self, host, *, renew=False):
        return Credentials("AWS", "password")

class Story:
    def happened(self, event):
        if isinstance(event, Message):
            print(event.line, file=sys.stderr, flush=True)

for line in sys.stdin:
    layout, host, repository = line.split()
    child = os.fork()
    if child:
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
        continue
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        request = PushRequest(layout, RegistryHost.parse(host), repository, (Tag.parse("1.0"), Tag.parse("latest")))
        NativePusher(HttpEnvironment({})).push(open_source(layout), request, Logins(), Story())
    except KeyboardInterrupt:
        os._exit(130)
    except SystemExit as end:
        os._exit(end.code)
    os._exit(0)
"""


class Pushes:
    """A program that pushes when it is asked to."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin: IO[str] = process.stdin
        self._stdout: IO[str] = process.stdout

    def begin(self, layout: Path, bench: Bench, repository: str) -> int:
        """Begin a push, and answer with its process."""
        self._stdin.write(f"{layout} {bench.registry.host} {repository}\n")
        self._stdin.flush()
        return int(self._stdout.readline())

    def ended(self) -> int:
        """Wait for the end of the push, and answer with its exit code."""
        return int(self._stdout.readline())


@contextmanager
def program(stderr: IO[bytes] | int = subprocess.DEVNULL) -> Iterator[Pushes]:
    command = [sys.executable, "-c", PUSHES]
    environ = {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environ, stdin=-1, stdout=-1, stderr=stderr, text=True) as process:
        yield Pushes(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def pushes() -> Iterator[Pushes]:
    with program() as found:
        yield found


SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize(
    "step",
    [("HEAD", "/manifests/1.0"), ("POST", "/uploads/"), ("PUT", "/blobs/"), ("PUT", "/manifests/")],
    ids=["look", "begin", "upload", "manifest"],
)
def test_a_push_that_waits_for_the_registry_ends_at_once_when_asked_to(
    bench: Bench, layout: Path, pushes: Pushes, number: signal.Signals, step: tuple[str, str]
) -> None:
    reached, go = Event(), Event()
    bench.registry.fail(*step, Hold(reached, go))
    child = pushes.begin(layout, bench, "team/app")
    assert reached.wait(20)
    os.kill(child, number)
    assert pushes.ended() == SIGNALS[number]
    go.set()
    assert bench.registry.contents.repositories["team/app"].tags == {}


def test_an_interrupted_push_says_what_will_be_reused(bench: Bench, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", image([b"a" * 900, b"b" * 500]))
    reached, go = Event(), Event()
    bench.registry.fail("PUT", "/manifests/", Hold(reached, go))
    with (tmp_path / "said").open("wb") as said, program(said) as pushes:
        child = pushes.begin(layout, bench, "team/app")
        assert reached.wait(20)
        os.kill(child, signal.SIGINT)
        pushes.ended()
    go.set()
    assert "stopped; 3 of 3 blobs are there and will be reused" in (tmp_path / "said").read_text()

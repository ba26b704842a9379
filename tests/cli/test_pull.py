import json
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.child import start, until
from cli.command_line import shared_ecr
from client.fake_registry import FakeRegistry
from client.faults import Hold
from client.images import image, noise, write_layout

BUILT = image([noise(100, 1), noise(200, 2)])


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[FakeRegistry]:
    """It holds one image of two layers."""
    with FakeRegistry() as registry:
        done = shared_ecr("push", write_layout(tmp_path / "app", BUILT), f"{registry.host}/team/app:1")
        assert done.code == 0, done.stderr
        yield registry


def test_a_pull_prints_the_reference_alone(registry: FakeRegistry, tmp_path: Path) -> None:
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "pulled")
    assert (done.code, done.stdout) == (0, f"{registry.host}/team/app@{BUILT.root}\n")


def test_a_quiet_pull_says_nothing_on_stderr(registry: FakeRegistry, tmp_path: Path) -> None:
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "pulled", "--quiet")
    assert (done.code, done.stderr) == (0, "")


def test_the_events_of_a_pull_are_those_of_a_push(registry: FakeRegistry, tmp_path: Path) -> None:
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "pulled", "--progress", "json")
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert {event["event"] for event in events} == {"planned", "blob_began", "blob_moved", "blob_ended"}
    assert {event["outcome"] for event in events if event["event"] == "blob_ended"} == {"downloaded"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_ctrl_c_says_what_is_kept(registry: FakeRegistry, tmp_path: Path) -> None:
    reached, go = threading.Event(), threading.Event()
    registry.fail("GET", f"/blobs/{list(BUILT.files)[2]}", Hold(reached, go))
    child = start("pull", f"{registry.host}/team/app:1", tmp_path / "pulled")
    assert reached.wait(30)
    until(lambda: child.stderr.count(b"downloaded") == 2)
    child.process.send_signal(signal.SIGINT)
    code, _, stderr = child.wait()
    go.set()
    assert (code, stderr.splitlines()[-1]) == (
        130,
        "shared-ecr: interrupted; 2 of 3 layers are downloaded and will be reused [interrupted]",
    )

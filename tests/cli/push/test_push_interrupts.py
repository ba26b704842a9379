import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.child import Child, start, until
from cli.screen import screen
from client.fake_registry import FakeRegistry
from client.faults import Hold
from client.images import image, noise, write_layout

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and pseudo-terminals are POSIX")
LAYERS = [noise(100, 1), noise(100, 2), noise(200, 3), noise(2_000_000, 4)]


@pytest.fixture
def held(registry: FakeRegistry) -> Iterator[threading.Event]:
    """The registry lets everything through but the largest layer; the event says that all the rest is there."""
    reached, go = threading.Event(), threading.Event()
    big = f"digest={list(image(LAYERS).files)[4]}"
    registry.fail("PUT", big.replace(":", "(:|%3A)"), Hold(reached, go))
    yield reached
    go.set()


def interrupted(
    registry: FakeRegistry, held: threading.Event, folder: Path, *, by: int, at_terminal: bool = False
) -> Child:
    """Push five blobs, and send a signal when four of them are there."""
    write_layout(folder / "big", image(LAYERS))
    child = start("push", folder / "big", f"{registry.host}/team/app:1", at_terminal=at_terminal)
    assert held.wait(30)
    until(lambda: child.stderr.count(b"uploaded") == 4 or (at_terminal and b"4 of 5 blobs" in child.stderr))
    child.process.send_signal(by)
    return child


def test_ctrl_c_says_what_is_kept(registry: FakeRegistry, held: threading.Event, folder: Path) -> None:
    code, stdout, stderr = interrupted(registry, held, folder, by=signal.SIGINT).wait()
    assert (code, stdout) == (130, "")
    assert stderr.splitlines()[-1] == (
        "shared-ecr: interrupted; 4 of 5 layers are uploaded and will be reused [interrupted]"
    )


def test_a_sigterm_says_what_is_kept_and_ends_as_shells_expect(
    registry: FakeRegistry, held: threading.Event, folder: Path
) -> None:
    code, _, stderr = interrupted(registry, held, folder, by=signal.SIGTERM).wait()
    assert (code, stderr.splitlines()[-1].partition("; ")[0]) == (143, "shared-ecr: interrupted")


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_push_leaves_no_tag_and_no_traceback(
    registry: FakeRegistry, held: threading.Event, folder: Path, by: int
) -> None:
    _, _, stderr = interrupted(registry, held, folder, by=by).wait()
    assert "Traceback" not in stderr
    assert registry.contents.repositories["team/app"].tags == {}


def test_what_was_uploaded_before_the_interrupt_is_reused(
    registry: FakeRegistry, held: threading.Event, folder: Path
) -> None:
    interrupted(registry, held, folder, by=signal.SIGINT).wait()
    code, _, stderr = start("push", folder / "big", f"{registry.host}/team/app:1").wait()
    assert (code, stderr.splitlines()[-1]) == (0, "under 1: 1 blob uploaded (2.0 MB), 4 present")


def test_at_a_terminal_the_interrupt_leaves_that_line_alone(
    registry: FakeRegistry, held: threading.Event, folder: Path
) -> None:
    _, _, stderr = interrupted(registry, held, folder, by=signal.SIGINT, at_terminal=True).wait()
    assert screen(stderr, columns=100) == [
        "shared-ecr: interrupted; 4 of 5 layers are uploaded and will be reused [interrupted]"
    ]


def test_an_interrupt_before_anything_moved_is_shown_too(registry: FakeRegistry, folder: Path) -> None:
    reached, go = threading.Event(), threading.Event()
    registry.fail("HEAD", "/manifests/", Hold(reached, go))
    child = start("push", folder / "app", f"{registry.host}/team/app:1")
    assert reached.wait(30)
    child.process.send_signal(signal.SIGINT)
    code, _, stderr = child.wait()
    go.set()
    assert (code, stderr) == (
        130,
        "shared-ecr: interrupted; data that was uploaded is kept and will be reused [interrupted]\n",
    )

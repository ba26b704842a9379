import sys
import threading
from pathlib import Path

import pytest

from cli.child import start, until
from cli.screen import screen
from client.fake_registry import FakeRegistry
from client.faults import Hold, Reply
from client.images import image, noise, write_archive, write_layout

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
DENIED = Reply(403, (), b'{"errors":[{"code":"DENIED","message":"not yours"}]}')


def test_a_terminal_shows_what_moves_and_in_the_end_the_outcome_alone(registry: FakeRegistry, folder: Path) -> None:
    reached, go = threading.Event(), threading.Event()
    big = write_layout(folder / "big", image([noise(3_000_000)]))
    registry.fail("PUT", "/manifests/", Hold(reached, go))
    child = start("push", big, f"{registry.host}/team/app:1", at_terminal=True)
    assert reached.wait(30)
    until(lambda: b"2 of 2 blobs" in child.stderr)
    go.set()
    code, stdout, stderr = child.wait()
    assert (code, stdout.count("\n")) == (0, 1)
    assert screen(stderr, columns=100) == ["under 1: 2 blobs uploaded (3.0 MB)"]


def test_an_error_at_a_terminal_begins_a_line_of_its_own(registry: FakeRegistry, folder: Path) -> None:
    registry.fail("PUT", "/manifests/", DENIED, times=9)
    code, _, stderr = start("push", folder / "app", f"{registry.host}/team/app:1", at_terminal=True).wait()
    assert code == 4
    assert sum(line.startswith("shared-ecr: ") for line in screen(stderr, columns=100)) == 1


@pytest.mark.parametrize(
    ("at_terminal", "environ"),
    [(False, {}), (True, {"TERM": "dumb"}), (True, {"CI": "true"})],
    ids=["pipe", "dumb terminal", "CI"],
)
def test_nothing_for_terminals_leaks_elsewhere(
    registry: FakeRegistry, folder: Path, environ: dict[str, str], *, at_terminal: bool
) -> None:
    code, stdout, stderr = start(
        *("push", folder / "app", f"{registry.host}/team/app:1", f"{registry.host}/team/web:1"),
        at_terminal=at_terminal,
        environ=environ,
    ).wait()
    assert code == 0
    assert "\x1b" not in stdout + stderr
    assert "\r" not in stderr.replace("\r\n", "\n")


def test_stdout_is_the_same_at_a_terminal_and_in_a_pipe(registry: FakeRegistry, folder: Path) -> None:
    target = f"{registry.host}/team/app:1"
    said = {start("push", folder / "app", target, at_terminal=at_terminal).wait()[1] for at_terminal in (True, False)}
    assert said == {f"{registry.host}/team/app@{image().root}\n"}


def test_colour_can_be_refused(registry: FakeRegistry, folder: Path) -> None:
    big = write_layout(folder / "big", image([noise(3_000_000)]))
    _, _, stderr = start("push", big, f"{registry.host}/team/app:1", at_terminal=True, environ={"NO_COLOR": "1"}).wait()
    assert "\x1b[32m" not in stderr


def test_an_archive_is_pushed_from_a_pipe(registry: FakeRegistry, folder: Path) -> None:
    piped = write_archive(folder / "app.tar", image()).read_bytes()
    code, stdout, _ = start("push", "-", f"{registry.host}/team/app:1", stdin=piped).wait()
    assert (code, stdout) == (0, f"{registry.host}/team/app@{image().root}\n")


def test_without_a_pipe_there_is_no_archive_on_stdin(registry: FakeRegistry, folder: Path) -> None:
    code, _, stderr = start("push", "-", f"{registry.host}/team/app:1", stdin=b"").wait()
    assert (code, "stdin" in stderr) == (2, True)

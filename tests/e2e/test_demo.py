"""`make demo` does the main job and leaves nothing behind, also when it is interrupted."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.road import PROGRAMS, ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]
COMMAND = [sys.executable, "examples/demo.py"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    if not (ROOT / "node_modules/.bin/cdk").exists():
        pytest.skip("the CDK command line is not installed: npm ci")
    path = os.pathsep.join([*map(str, PROGRAMS), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}


def answers(url: str) -> bool:
    """Whether anything listens where the embedded AWS was."""
    port = int(url.rsplit(":", 1)[1])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def url_in(text: str) -> str:
    found = re.search(r"answers at (http://127\.0\.0\.1:\d+)", text)
    assert found, text
    return found[1]


@pytest.fixture(scope="module")
def shown() -> Iterator["subprocess.CompletedProcess[str]"]:
    if not (ROOT / "node_modules/.bin/cdk").exists():
        pytest.skip("the CDK command line is not installed: npm ci")
    path = os.pathsep.join([*map(str, PROGRAMS), os.environ["PATH"]])
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PATH": path, "TMPDIR": folder}
        yield subprocess.run(COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)


def test_the_demonstration_ends_with_the_digest(shown: "subprocess.CompletedProcess[str]") -> None:
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"docker-in-aws/todobackend@sha256:[0-9a-f]{64}$", shown.stdout.strip())


def test_the_demonstration_shows_the_changed_rule(shown: "subprocess.CompletedProcess[str]") -> None:
    assert "+ rule 30: images of any kind: all but the newest 500 expire" in shown.stdout


def test_the_careless_change_is_blocked(shown: "subprocess.CompletedProcess[str]") -> None:
    # A repository under another name, and an account that is not known.
    blocking = [line for line in shown.stdout.splitlines() if line.startswith("blocks: ")]
    assert [line.rpartition(" [")[2] for line in blocking] == ["repository-renamed]", "access-widened-outside]"]
    assert "\nblocked by 2 findings" in shown.stdout


def test_the_change_that_loses_nothing_is_not_blocked(shown: "subprocess.CompletedProcess[str]") -> None:
    assert "\nnothing blocks (" in shown.stdout


def test_the_demonstration_leaves_no_process(shown: "subprocess.CompletedProcess[str]") -> None:
    assert not answers(url_in(shown.stdout))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "termination"])
def test_an_interrupted_demonstration_leaves_no_process_and_no_file(
    environment: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    with subprocess.Popen(
        COMMAND, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout
        said = process.stdout.readline()
        # As a terminal does it: the whole group hears the signal.
        os.killpg(process.pid, number)
        process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert not answers(url_in(said))
    assert list(tmp_path.glob("shared-ecr-demo-*")) == []

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_ecr.local import processes
from shared_ecr.local.state import StateFile

TESTS = Path(__file__).resolve().parents[1]
COMMAND_LINE = [sys.executable, "-m", "local.command_line", "local"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{TESTS}:{TESTS.parent}"}
# Says that it runs, then waits for a signal.
WAITER = "import os, signal; print(os.environ['AWS_ENDPOINT_URL'], flush=True); signal.pause()"


def local(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND_LINE, *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    local(tmp_path, "stop")


def test_start_status_and_stop_show_one_story(folder: Path) -> None:
    codes = [
        local(folder, action).returncode for action in ("status", "start", "start", "status", "stop", "stop", "status")
    ]
    assert codes == [3, 0, 0, 0, 0, 0, 3]


def test_a_shell_that_evaluates_start_has_the_variables(folder: Path) -> None:
    command = " ".join(COMMAND_LINE)
    script = f'eval "$({command} start)" && echo "$AWS_ENDPOINT_URL ${{AWS_PROFILE-none}} $AWS_ACCESS_KEY_ID"'
    environment = ENVIRONMENT | {"AWS_PROFILE": "production"}
    answer = subprocess.check_output(["sh", "-c", script], cwd=folder, env=environment, text=True)
    aws = StateFile.of(folder).read()
    assert aws
    assert answer.split() == [aws.url, "none", "111111111111"]


def test_the_state_is_for_its_owner_alone(folder: Path) -> None:
    local(folder, "start")
    modes = [path.stat().st_mode & 0o777 for path in sorted((folder / ".shared-ecr").iterdir())]
    assert set(modes) == {0o600}


def test_several_starts_at_once_leave_one_server(folder: Path) -> None:
    starts = [
        subprocess.Popen(
            [*COMMAND_LINE, "start"],
            cwd=folder,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(4)
    ]
    printed = [each.communicate()[0] for each in starts]
    endpoints = {line for text in printed for line in text.splitlines() if "AWS_ENDPOINT_URL=" in line}
    assert len(endpoints) == 1


def test_another_account_in_the_same_folder_is_refused(folder: Path) -> None:
    local(folder, "start")
    refused = local(folder, "start", "--account", "222222222222")
    assert (refused.returncode, "local stop" in refused.stderr) == (2, True)


def test_the_command_meets_the_embedded_aws(tmp_path: Path) -> None:
    script = "import os; print(os.environ['AWS_REGION'], os.environ['SHARED_ECR_REGISTRY_ENDPOINT'][:17])"
    done = local(tmp_path, "run", "--region", "eu-west-1", "--", sys.executable, "-c", script)
    assert done.stdout.split() == ["eu-west-1", "http://127.0.0.1:"]


def test_the_status_can_be_json(folder: Path) -> None:
    stopped = local(folder, "status", "--format", "json")
    assert (stopped.returncode, json.loads(stopped.stdout)) == (3, {"running": False})
    local(folder, "start")
    running = local(folder, "status", "--format", "json")
    local(folder, "stop")
    assert running.returncode == 0
    assert json.loads(running.stdout).keys() == {"running", "url", "account", "region", "pid"}


def test_the_status_of_the_command_is_handed_back(tmp_path: Path) -> None:
    assert local(tmp_path, "run", "--", "sh", "-c", "exit 7").returncode == 7


def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    done = local(tmp_path, "run", "--", "no-such-command")
    assert (done.returncode, "cannot run 'no-such-command'" in done.stderr) == (3, True)


def test_nothing_to_run_is_said(tmp_path: Path) -> None:
    assert local(tmp_path, "run").returncode == 2


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"])
def test_an_interrupted_run_hands_the_signal_on_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    with subprocess.Popen(
        [*COMMAND_LINE, "run", "--", sys.executable, "-c", WAITER],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as runner:
        assert runner.stdout
        runner.stdout.readline()
        family = children_of(runner.pid)
        runner.send_signal(number)
        assert runner.wait(10) == status
    assert [len(family), [pid for pid in family if processes.is_alive(pid)]] == [2, []]


def children_of(parent: int) -> list[int]:
    listed = subprocess.check_output(["ps", "-o", "pid=", "--ppid", str(parent)], text=True)
    return [int(pid) for pid in listed.split()]

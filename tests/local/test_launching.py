import os
import select
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from shared_ecr.findings.errors import InvalidValueError, UnavailableError
from shared_ecr.local import LocalAws, is_running, probe, processes, running, start, stop
from shared_ecr.model.names import AccountId, Region

# A process that runs an embedded AWS, says which, and waits for a line that never comes.
HOLDER = """
import sys
from shared_ecr.local import running
with running() as aws:
    print(aws.pid, flush=True)
    sys.stdin.readline()
"""


def wait_until_gone(pid: int) -> None:
    """Wait on the process itself; the test's timeout is pytest's, this one's is the kernel's word."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ready, _, _ = select.select([descriptor], [], [], 10)
        assert ready, f"process {pid} is still there"
    finally:
        os.close(descriptor)


def test_nothing_is_left_after_the_context() -> None:
    with running() as aws:
        pass
    assert not processes.is_alive(aws.pid)


def test_nothing_is_left_after_an_exception() -> None:
    with pytest.raises(ZeroDivisionError), running() as aws:
        raise ZeroDivisionError
    assert not processes.is_alive(aws.pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_nothing_is_left_when_the_process_that_runs_it_is_ended(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as holder:
        assert holder.stdout
        pid = int(holder.stdout.readline())
        holder.send_signal(number)
        holder.wait()
        wait_until_gone(pid)


def test_it_listens_on_the_loopback_interface_alone(aws: LocalAws) -> None:
    wanted = int(aws.url.rpartition(":")[2])
    bound = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert [each for each in bound if each.endswith(f":{wanted:04X}") and not each.startswith("0100007F")] == []


def test_account_and_region_are_those_asked_for() -> None:
    with running(account=AccountId("222222222222"), region=Region("eu-west-1")) as aws:
        environment = aws.environment()
    assert (environment["AWS_ACCESS_KEY_ID"], environment["AWS_REGION"]) == ("222222222222", "eu-west-1")


def test_a_region_of_another_partition_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="partition 'aws' alone"), running(region=Region("cn-north-1")):
        pass


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"port {port} of 127.0.0.1"), running(port=port):
            pass


def test_the_last_words_of_a_server_that_does_not_come_up_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ministack").mkdir()
    (tmp_path / "ministack" / "__init__.py").write_text("raise RuntimeError('not the MiniStack you know')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(UnavailableError, match="not the MiniStack you know"), running():
        pass


def test_without_ministack_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(UnavailableError, match=r"pip install '\.\[local\]'"), running():
        pass


def test_one_that_was_started_lives_until_it_is_stopped(tmp_path: Path) -> None:
    aws = start(log=tmp_path / "logs" / "local.log")
    states = [is_running(aws), stop(aws), is_running(aws), stop(aws), processes.is_alive(aws.pid)]
    assert states == [True, True, False, False, False]


def test_one_that_no_one_could_remember_is_not_left_behind() -> None:
    started: list[LocalAws] = []

    def forgetful(aws: LocalAws) -> None:
        started.append(aws)
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        start(remember=forgetful)
    wait_until_gone(started[0].pid)


def test_a_stranger_at_the_remembered_address_is_not_stopped(aws: LocalAws) -> None:
    remembered = LocalAws(aws.pid, aws.url, aws.account, aws.region, secret_access_key="of another")
    assert (stop(remembered), is_running(aws)) == (False, True)


def test_the_pid_of_another_is_not_signalled(aws: LocalAws) -> None:
    recycled = LocalAws(os.getpid(), aws.url, aws.account, aws.region, aws.secret_access_key)
    assert stop(recycled) is False


def test_a_clock_that_cannot_be_reached_is_unavailable() -> None:
    with running() as aws:
        pass
    with pytest.raises(UnavailableError, match="does not answer"):
        probe.advance_clock(aws, timedelta(hours=1))

"""Whatever a library raises, the command ends with one line and an exit code of the contract."""

import subprocess
import sys

import pytest

from cli.command_line import Outcome, shared_ecr
from shared_ecr.cli import check
from shared_ecr.findings.errors import ExitCode


def ended_by(error: Exception, monkeypatch: pytest.MonkeyPatch, *options: str) -> Outcome:
    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr(check, "run", fail)
    return shared_ecr(*options, "check")


@pytest.mark.parametrize(
    ("error", "reported"),
    [
        (MemoryError(), "not enough memory"),
        (RuntimeError("can't start new thread"), "no thread can be started"),
        (UnicodeEncodeError("ascii", "é", 0, 1, "ordinal not in range(128)"), "set PYTHONIOENCODING=utf-8"),
        (EOFError("EOF when reading a line"), "an unexpected error (EOFError"),
        (RecursionError("maximum recursion depth exceeded"), "(RecursionError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_unexpected_error_is_one_line_and_not_the_exit_code_of_findings(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reported: str
) -> None:
    outcome = ended_by(error, monkeypatch)
    assert (outcome.code, outcome.stdout, outcome.stderr.count("\n")) == (ExitCode.ENVIRONMENT, "", 1)
    assert reported in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_an_unexpected_error_shows_its_text_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ValueError("the token is hunter2")
    assert "hunter2" not in ended_by(error, monkeypatch).stderr
    assert "hunter2" in ended_by(error, monkeypatch, "--verbose").stderr


def test_an_interrupt_says_nothing_of_uploads_to_a_command_that_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "run", interrupted)
    outcome = shared_ecr("check")
    assert (outcome.code, outcome.stderr) == (ExitCode.INTERRUPTED, "shared-ecr: interrupted [interrupted]\n")


def test_work_is_done_by_this_thread_where_no_other_can_be_started() -> None:
    program = (
        "import threading\n"
        'def refuse(self): raise RuntimeError("can\'t start new thread")\n'
        "threading.Thread.start = refuse\n"
        "from shared_ecr.client.http.workers import WorkerPool\n"
        "from shared_ecr.client.push.scheduler import ScheduledJob, Scheduler\n"
        "done = []\n"
        "WorkerPool(4).run([lambda: done.append(1), lambda: done.append(2)])\n"
        "jobs = [ScheduledJob(lambda n=n: done.append(n), frozenset()) for n in (3, 4)]\n"
        "Scheduler(jobs, 2).run(lambda: None)\n"
        "print(done)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (run.stdout, run.stderr) == ("[1, 2, 3, 4]\n", "")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(30, "Read-only file system", "registry.yaml"), "shared-ecr: registry.yaml: Read-only file system\n"),
        (OSError(28, "No space left on device"), "shared-ecr: No space left on device\n"),
        (OSError("without a number"), "shared-ecr: without a number\n"),
    ],
)
def test_a_fault_of_the_system_names_the_file_and_not_its_number(
    monkeypatch: pytest.MonkeyPatch, error: OSError, line: str
) -> None:
    outcome = ended_by(error, monkeypatch)
    assert (outcome.code, outcome.stderr) == (ExitCode.ENVIRONMENT, line)


def test_a_name_with_control_characters_is_shown_escaped() -> None:
    outcome = shared_ecr("access", "lint", "\x1b[31m\u202efile")
    assert outcome.stderr == "shared-ecr: \\x1b[31m\\u202efile: No such file or directory\n"


def test_an_error_while_the_words_are_read_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(check, "add_parser", fail)
    outcome = shared_ecr("check")
    assert (outcome.code, outcome.stdout, outcome.stderr.count("\n")) == (ExitCode.ENVIRONMENT, "", 1)
    assert "not enough memory" in outcome.stderr

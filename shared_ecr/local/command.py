"""A program that runs under an embedded AWS: signals are passed on, and the exit status is returned."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType

from shared_ecr.findings.errors import ExitCode, UnavailableError

# What a shell adds to the number of the signal that ended a command.
_ENDED_BY_SIGNAL = 128
_HANDED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def run_under(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run *command*, wait for it whatever signals come, and return its exit status as a shell would.

    130 when it was interrupted, whatever it made of that.

    Raises:
        UnavailableError: the command cannot be run.
    """
    received: list[int] = []
    early: list[int] = []
    running: list[subprocess.Popen[bytes]] = []

    def hand_on(number: int, _frame: FrameType | None = None) -> None:
        received.append(number)
        if not running:
            early.append(number)
        elif not _terminal_signalled_all(number):
            running[0].send_signal(number)

    with _handling(hand_on):
        try:
            process = subprocess.Popen(command, env=environment)  # noqa: S603 — the user's own command
        except OSError as error:
            raise UnavailableError(f"cannot run '{command[0]}': {(error.strerror or str(error)).lower()}") from error
        running.append(process)
        for number in early:
            process.send_signal(number)
        status = process.wait()
    if signal.SIGINT in received:
        return ExitCode.INTERRUPTED
    return _ENDED_BY_SIGNAL - status if status < 0 else status


def _terminal_signalled_all(number: int) -> bool:
    """Whether the signal came from the keyboard: the terminal sends those to the command as well."""
    if number not in (signal.SIGINT, signal.SIGQUIT):
        return False
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)


@contextlib.contextmanager
def _handling(handler: "signal._HANDLER") -> Iterator[None]:
    """Handle the signals that are handed on, and restore what was there before."""
    before = {number: signal.signal(number, handler) for number in _HANDED_ON}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)

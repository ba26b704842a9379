"""Run a program that answers soon, within bounds: of time, and of what it may print before it is ended.

`subprocess.run` keeps all that a program prints, so one that prints without end takes the memory of the machine.
"""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO

from shared_ecr.records import field, record

_CHUNK = 64 * 1024
# A program that has ended may leave a child that holds its streams open; what was printed is there by then.
_SECONDS_AFTER_END = 2.0


class TooMuchOutputError(Exception):
    """The program printed more than it may, and was ended. The text has nothing of the output."""


class NoAnswerError(Exception):
    """The program did not end in time, and was ended. The text has nothing of the output."""


@record
class ProgramAnswer:
    """How a program ended, and what it printed."""

    code: int
    output: bytes = field(repr=False)
    complaints: bytes = field(repr=False)


def run_bounded(
    arguments: Sequence[str], *, given: bytes = b"", environ: Mapping[str, str], seconds: float, at_most: int
) -> ProgramAnswer:
    """Run *arguments* with *given* on standard input; each stream of its output may have *at_most* bytes.

    Raises:
        TooMuchOutputError: it printed more.
        NoAnswerError: it did not end in *seconds*.
        OSError: it cannot be run.
    """
    deadline = time.monotonic() + seconds
    pipe = subprocess.PIPE
    child = subprocess.Popen(  # noqa: S603 — an argument vector; the callers look for the executable
        list(arguments), stdin=pipe, stdout=pipe, stderr=pipe, env=dict(environ)
    )
    try:
        output, complaints = (_Reader(stream, at_most, child) for stream in (child.stdout, child.stderr))
        for thread in (output, complaints):
            thread.start()
        _write(child, given)
        _wait(child, deadline)
        ended = min(deadline, time.monotonic() + _SECONDS_AFTER_END)
        for thread in (output, complaints):
            thread.join(max(0.0, ended - time.monotonic()))
        if output.is_over or complaints.is_over:
            raise TooMuchOutputError
        return ProgramAnswer(child.returncode, bytes(output.content), bytes(complaints.content))
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


class _Reader(threading.Thread):
    """Reads one stream of a program; ends the program when that is too much."""

    def __init__(self, stream: IO[bytes] | None, at_most: int, child: "subprocess.Popen[bytes]") -> None:
        super().__init__(daemon=True)
        self._stream, self._at_most, self._child = stream, at_most, child
        self.content = bytearray()
        self.is_over = False

    def run(self) -> None:
        """Read to the end or to the bound. Closing the stream ends a grandchild that continues to write."""
        assert self._stream is not None  # noqa: S101 — it was asked for, for the type checker
        with self._stream as stream, suppress(OSError, ValueError):
            while part := stream.read1(_CHUNK):  # type: ignore[attr-defined]  # a pipe is buffered, its stubs are wider
                self.content += part
                if len(self.content) > self._at_most:
                    self.is_over = True
                    self._child.kill()
                    return


def _write(child: "subprocess.Popen[bytes]", given: bytes) -> None:
    """Write *given*, which is small; a program need not read it."""
    assert child.stdin is not None  # noqa: S101 — as above
    with suppress(OSError):
        child.stdin.write(given)
    with suppress(OSError):
        child.stdin.close()


def _wait(child: "subprocess.Popen[bytes]", deadline: float) -> None:
    try:
        child.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise NoAnswerError from None

"""The standard streams as a command needs them: present, able to write any text, and never the end of the work.

A daemon starts programs with closed streams, a terminal can know ASCII alone, and a disk can be full. What a command
does must not depend on any of that: progress that cannot be written is dropped, and a result that cannot be written
is an error with a name.
"""

import codecs
import io
import os
import sys
from typing import TextIO

from shared_ecr.findings.errors import UnavailableError

_STDOUT, _STDERR = 1, 2
# The name of our own handler of characters that the encoding of a stream lacks.
_ESCAPED = "shared-ecr-escaped"


class UnwrittenResultError(UnavailableError):
    """Standard output could not take the result; the work itself is done."""

    @classmethod
    def because(cls, fault: OSError) -> "UnwrittenResultError":
        """Say that standard output is meant: the system's own sentence names no file."""
        reason = fault.strerror or "it cannot be written"
        return cls(f"the result cannot be written to standard output: {reason}; the command itself was completed")


_closed: set[int] = set()


def is_closed_stdout() -> bool:
    """Whether the caller closed standard output, so that all that is written to it is lost."""
    return _STDOUT in _closed


def prepare_streams() -> None:
    """Open the streams that the caller closed, and let all of them write any text.

    A descriptor that is closed would be given to the next file or connection, and a message would end in there.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        _closed.add(descriptor)
        # The lowest free number is handed out, so each closed stream is filled in turn. Children inherit them.
        os.set_inheritable(descriptor, True)  # noqa: FBT003 — the function has no name for it
    os.close(descriptor)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 — as long as the process
    sys.stdout = _prepared(sys.stdout, ResultFile)
    sys.stderr = _prepared(sys.stderr, ProgressFile)


def discard_result() -> None:
    """Send what standard output still holds nowhere; Python would complain of it at exit."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


class ResultFile(io.FileIO):
    """Standard output: a fault says that the result is meant."""

    def __init__(self) -> None:
        super().__init__(_STDOUT, "w", closefd=False)

    def write(self, content: bytes, /) -> int:  # type: ignore[override]  # the stubs of 3.11 and 3.12 differ
        """Write *content*, or raise what `main` reports; a reader that has ended is no fault."""
        try:
            return super().write(content)
        except BrokenPipeError:
            raise
        except OSError as fault:
            raise UnwrittenResultError.because(fault) from fault


class ProgressFile(io.FileIO):
    """Standard error: everything counts as written, whether or not it could be."""

    def __init__(self) -> None:
        super().__init__(_STDERR, "w", closefd=False)

    def write(self, content: bytes, /) -> int:  # type: ignore[override]  # as above
        """Write *content*; a push does not end because its log is full."""
        try:
            written: int | None = super().write(content)
        except OSError:
            written = None
        return len(content) if written is None else written


def _escaped(fault: UnicodeError) -> tuple[str | bytes, int]:
    """Encode what an encoding cannot: a byte that came in as a surrogate is itself again, the rest is escaped."""
    if isinstance(fault, UnicodeEncodeError):
        try:
            return codecs.lookup_error("surrogateescape")(fault)
        except UnicodeError:
            return codecs.backslashreplace_errors(fault)
    raise fault


codecs.register_error(_ESCAPED, _escaped)


def _prepared(stream: TextIO | None, file: type[ResultFile | ProgressFile]) -> TextIO:
    """Return *stream* over a *file*, with its encoding; a Windows console stays what it is, as it is not a file."""
    if stream is not None and sys.platform == "win32" and stream.isatty():
        return stream
    # Under the C locale Python writes back the very bytes that it was given; everything else is escaped.
    errors = _ESCAPED if getattr(stream, "errors", "") == "surrogateescape" else "backslashreplace"
    return io.TextIOWrapper(
        io.BufferedWriter(file()),  # type: ignore[type-var]  # a FileIO is a raw file, whatever its stubs say
        encoding=getattr(stream, "encoding", None) or "utf-8",
        errors=errors,
        line_buffering=(stream is not None and stream.isatty()) or file is ProgressFile,
    )

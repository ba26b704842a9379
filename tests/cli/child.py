"""The command as a process of its own, at a pipe or at a terminal, that can be sent signals."""

import os
import pty
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cli.screen import set_size

ROOT = Path(__file__).parents[2]
# Nothing here takes as long; a test that hangs says so.
SECONDS = 60


def until(comes_true: Callable[[], bool]) -> None:
    """Wait for something that another process or thread does; a test that would hang fails."""
    for _ in range(SECONDS * 100):
        if comes_true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("what was waited for did not happen")


@dataclass
class Child:
    """A running command; `stderr` grows while it runs."""

    process: "subprocess.Popen[bytes]"
    stderr: bytearray = field(default_factory=bytearray)

    def wait(self) -> tuple[int, str, str]:
        """Return the exit code, stdout, and all of stderr."""
        stdout, _ = self.process.communicate(timeout=SECONDS)
        self._reader.join(SECONDS)
        return self.process.returncode, stdout.decode(), self.stderr.decode()

    def follow(self, descriptor: int) -> None:
        """Read *descriptor* until its other end is closed."""
        self._reader = threading.Thread(target=self._read, args=(descriptor,), daemon=True)
        self._reader.start()

    def _read(self, descriptor: int) -> None:
        while True:
            try:
                part = os.read(descriptor, 65536)
            except OSError:
                # How Linux says that no one has a terminal open any more.
                part = b""
            if not part:
                break
            self.stderr += part
        os.close(descriptor)


def start(
    *arguments: str | Path,
    at_terminal: bool = False,
    stdin: bytes | None = None,
    environ: Mapping[str, str] | None = None,
) -> Child:
    """Start `shared-ecr` with *arguments*; its stdout is a pipe, its stderr one or a terminal of 100 columns."""
    ours, theirs = pty.openpty() if at_terminal else os.pipe()
    if at_terminal:
        set_size(ours, columns=100, rows=24)
    inherited = {name: value for name, value in os.environ.items() if name not in {"CI", "NO_COLOR"}}
    variables = {**inherited, "PYTHONPATH": str(ROOT), "TERM": "xterm", **(environ or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "shared_ecr.cli", *map(str, arguments)],
        stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=variables,
    )
    os.close(theirs)
    child = Child(process)
    child.follow(ours)
    if stdin is not None:
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
        process.stdin = None
    return child

"""`shared-ecr` as a user runs it, at the price of a fork: for tests that run it hundreds of times, and kill it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future

ROOT = Path(__file__).parents[2]
# Runs the command once, so that all is imported, and from then on in forks of itself. The graces that threads get to
# hear of the end are kind to people, and long for two hundred kills. A shell that starts tests in the background has
# them ignore SIGINT, and children inherit that; a command that a person starts does not.
_FORKS = """
import json, os, signal, sys
from shared_ecr.cli.main import main, run
from shared_ecr.client.http import workers
from shared_ecr.client.push import scheduler

workers.GRACE_SECONDS = scheduler.GRACE_SECONDS = 0.02

def begin(order):
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.argv[1:] = order["words"]

answers = os.fdopen(os.dup(1), "w")
begin(json.loads(sys.stdin.readline()))
print(main(sys.argv[1:]), file=answers, flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        begin(json.loads(line))
        run()
    print(child, file=answers, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    pid: int
    code: int
    stdout: str
    stderr: str

    @property
    def left_a_process(self) -> bool:
        """Whether it, or something it started, still runs; it had a session of its own."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


class Commands:
    """`shared-ecr`, run in forks of a program that has imported everything."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        assert process.stdin
        assert process.stdout
        self._stdin, self._stdout = process.stdin, process.stdout
        self._out, self._err = folder / "stdout", folder / "stderr"

    def warm(self, *words: str) -> int:
        """Run once without a fork."""
        self._order(words)
        return int(self._stdout.readline())

    def run(self, *words: str, victim: "Future[int] | None" = None) -> Ended:
        """Run to the end, whichever it is; *victim* learns the process."""
        self._order(words)
        pid = int(self._stdout.readline())
        if victim is not None:
            victim.set_result(pid)
        code = int(self._stdout.readline())
        return Ended(pid, code, self._out.read_text(), self._err.read_text())

    def _order(self, words: tuple[str, ...]) -> None:
        order = {"words": words, "stdout": str(self._out), "stderr": str(self._err)}
        self._stdin.write(f"{json.dumps(order)}\n")
        self._stdin.flush()


@contextmanager
def commands(folder: Path, environ: dict[str, str]) -> Iterator[Commands]:
    """Run commands in *folder* until the block is left."""
    command = [sys.executable, "-c", _FORKS]
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ}
    with subprocess.Popen(
        command, cwd=folder, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Commands(process, folder)
        assert process.stdin
        process.stdin.close()

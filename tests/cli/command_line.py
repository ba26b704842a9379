"""The command as a user runs it, in the process: what it prints, says and exits with."""

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

from shared_ecr.cli.main import main


@dataclass(frozen=True, slots=True)
class Outcome:
    code: int
    stdout: str
    stderr: str


def shared_ecr(*arguments: str | Path) -> Outcome:
    """Run the command line and return all that can be seen of it."""
    out, err = io.StringIO(), io.StringIO()
    words = [str(argument) for argument in arguments]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(words)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
    return Outcome(code, out.getvalue(), err.getvalue())

"""Ask at the terminal before an action that cannot be undone, or that costs money."""

import sys
from collections.abc import Iterable

from shared_ecr.findings.errors import UsageError


def confirm(lines: Iterable[str], question: str, *, verb: str, done: str) -> None:
    """Print *lines*, ask *question*, and return where the answer is yes.

    Args:
        lines: what would be done, one thing on each line.
        question: what is asked, with what a person must know to answer.
        verb: what `--yes` does without asking: `delete`.
        done: what has not happened where the answer is no: `deleted`.

    Raises:
        UsageError: the answer is not yes, or there is no terminal.
    """
    if not sys.stdin.isatty():
        message = f"nothing was {done}: there is no terminal to ask at; add --yes to {verb} without a question"
        raise UsageError(message)
    for line in lines:
        print(line, file=sys.stderr)
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise UsageError(f"nothing was {done}")

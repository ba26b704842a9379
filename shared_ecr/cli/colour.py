"""Colour for the reports of `review`, `fate` and `access` at a terminal: whole lines, by their first words.

The reports themselves are plain text. So a file, a pipe and a CI log get exactly what the terminal gets, less the
colour, and a word that is missing here costs its colour and nothing else.
"""

import io
import sys
from collections.abc import Mapping
from typing import TextIO

from shared_ecr.text.patterns import LazyPattern

COMMANDS = frozenset({"review", "fate", "access"})
_RESET, _RED, _YELLOW, _GREEN, _DIM, _BOLD = "\x1b[0m", "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[2m", "\x1b[1m"
_STYLES = (
    (LazyPattern(r"blocked by "), _BOLD + _RED),
    (LazyPattern(r"nothing found blocks, but "), _BOLD + _YELLOW),
    (LazyPattern(r"nothing blocks|no access changes"), _BOLD + _GREEN),
    (LazyPattern(r"(?:blocks|error): |(?:DELETED|REPLACED|ORPHANED) "), _RED),
    (LazyPattern(r"(?:outside, )?(?:now allowed|gains access)"), _RED),
    (LazyPattern(r"\s*(?:cascade )?expire\b"), _RED),
    (LazyPattern(r"warning: |(?:CHANGED|MOVED) |! "), _YELLOW),
    (LazyPattern(r"\s*(?:(?:cascade )?archive|blocked)\b"), _YELLOW),
    (LazyPattern(r"CREATED |(?:outside, )?(?:now denied|loses access)"), _GREEN),
    (LazyPattern(r"note: |was so before: |acknowledged"), _DIM),
)


def wants_colour(command: str, form: str, stdout: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether *command* prints a report in text to a terminal that has colours, and the user wants them.

    https://no-color.org
    """
    return (
        command in COMMANDS
        and form == "text"
        and stdout.isatty()
        and not environ.get("NO_COLOR")
        and environ.get("TERM", "dumb") != "dumb"
        and sys.platform != "win32"
    )


def painted(line: str) -> str:
    """Return *line*, without its line end, in the colour of what it begins with."""
    style = next((style for pattern, style in _STYLES if pattern.match(line)), "")
    return f"{style}{line}{_RESET}" if style else line


class ColouredLines(io.TextIOBase):
    """Writes to *stream*, each line in its colour as soon as it is whole."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream, self._rest = stream, ""

    def write(self, text: str) -> int:
        """Take *text*, and write the lines that it completes."""
        *lines, self._rest = (self._rest + text).split("\n")
        self._stream.write("".join(f"{painted(line)}\n" for line in lines))
        return len(text)

    def flush(self) -> None:
        """Write what there is, a line without its end too."""
        self._stream.write(painted(self._rest) if self._rest else "")
        self._rest = ""
        self._stream.flush()

    def isatty(self) -> bool:
        """Whether it is a terminal, as what is behind it."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the descriptor of what is behind it."""
        return self._stream.fileno()

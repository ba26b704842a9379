"""A file that lists images and where each must go: `IMAGE TARGET [TARGET…]` a line, `#` for comments."""

import sys
from collections.abc import Iterator
from pathlib import Path

from shared_ecr.findings.errors import ExitCode, SharedEcrError, UsageError
from shared_ecr.findings.problems import Position, Problem, Severity, render
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# A word, in quotes where it has spaces; what begins with # after a space is a comment, so PATH#NAME is not.
_WORD = LazyPattern(r'"([^"]*)"(?=\s|$)|([^\s"]\S*)|(")')
STDIN = "-"


class InvalidListError(SharedEcrError):
    """The list has faults; nothing of it was done."""

    exit_code = ExitCode.INVALID
    is_placed = True


@record
class ListedWord:
    """An image or a target, and where it is."""

    text: str
    at: Position | None = None
    """None for an argument of the command line."""


@record
class ListedImage:
    """An image and its targets."""

    image: ListedWord
    targets: tuple[ListedWord, ...]


def read_list(name: str) -> list[ListedImage]:
    """Read the file *name*, or stdin for `-`.

    Raises:
        InvalidListError: lines that cannot be read, all of them, each with FILE:LINE:COL.
        UsageError: there is no such file, it is not text, or it lists nothing.
    """
    file = "stdin" if name == STDIN else name
    entries: list[ListedImage] = []
    problems: list[Problem] = []
    for number, line in enumerate(_text(name, file).splitlines(), start=1):
        words = list(_words(line, number, file))
        unclosed = next((word for word in words if word.text == '"'), None)
        if unclosed:
            what = "a quoted name has no end"
            problems.append(
                Problem(
                    "image-list",
                    Severity.ERROR,
                    what,
                    fix='Write "NAME" between spaces',
                    file=file,
                    position=unclosed.at,
                )
            )
        elif len(words) == 1:
            what = f"{quoted(words[0].text)} has no target"
            problems.append(
                Problem(
                    "image-list",
                    Severity.ERROR,
                    what,
                    fix="Write IMAGE TARGET [TARGET…]",
                    file=file,
                    position=words[0].at,
                )
            )
        elif words:
            entries.append(ListedImage(words[0], tuple(words[1:])))
    if problems:
        raise InvalidListError(render(problems))
    if not entries:
        raise UsageError(f"{file} lists no image; write IMAGE TARGET [TARGET…], one image a line")
    return entries


def _words(line: str, number: int, file: str) -> Iterator[ListedWord]:
    for match in _WORD.finditer(line):
        if match[0].startswith("#"):
            return
        yield ListedWord(match[1] if match[1] is not None else match[0], Position(number, match.start() + 1, file))


def _text(name: str, file: str) -> str:
    from shared_ecr.documents.input_files import read_bytes

    try:
        content = sys.stdin.buffer.read() if name == STDIN else read_bytes(Path(name))
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not text in UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from error

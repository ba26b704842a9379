"""How the progress of a push, pull or copy is shown on stderr; each way a module, chosen by `display`.

`interface` says what a display does, `tally` counts, `frames` lays a terminal out, `wording` has the words of all.

    with display(arguments) as shown:
        push(image, target, progress=shown)
"""

import argparse
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from shared_ecr.cli.progress.interface import Display

CHOICES = ("auto", "bar", "lines", "json", "none")


def add_progress(parser: argparse.ArgumentParser) -> None:
    """Add `--progress` and `--quiet`: how much is shown on stderr, and how."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--progress",
        choices=CHOICES,
        default="auto",
        help="how to show progress on stderr: bars, plain lines, JSON events, or not at all (default: bars on a "
        "terminal, lines elsewhere and under CI)",
    )
    # The program's own parser has the default, so that `shared-ecr --quiet push` is quiet too.
    how.add_argument("--quiet", "-q", action="store_true", default=argparse.SUPPRESS, help="print errors only")


def display(
    arguments: argparse.Namespace, stream: TextIO | None = None, environ: Mapping[str, str] = os.environ
) -> "Display":
    """Return the display that `--progress` and `--quiet` ask for, on *stream* (stderr)."""
    return _chosen(arguments, stream or sys.stderr, environ)


def _chosen(arguments: argparse.Namespace, stream: TextIO, environ: Mapping[str, str]) -> "Display":
    if getattr(arguments, "quiet", False):
        from shared_ecr.cli.progress.silent import QuietDisplay

        return QuietDisplay(stream)
    match arguments.progress:
        case "json":
            from shared_ecr.cli.progress.json_lines import JsonLines

            return JsonLines(stream)
        case "none":
            from shared_ecr.cli.progress.silent import StoryOnly

            return StoryOnly(stream)
        case "bar" if can_draw(stream, environ):
            return _terminal(stream, environ)
        case "auto" if can_draw(stream, environ) and not _is_ci(environ):
            return _terminal(stream, environ)
        case _:
            from shared_ecr.cli.progress.lines import Lines

            return Lines(stream)


def can_draw(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether *stream* is a terminal that knows how to move its cursor."""
    return stream.isatty() and environ.get("TERM", "dumb") != "dumb"


def _is_ci(environ: Mapping[str, str]) -> bool:
    """Whether this is a job of a CI service; their terminals, where they have one, end in a log."""
    return environ.get("CI", "").lower() not in {"", "0", "false"}


def _terminal(stream: TextIO, environ: Mapping[str, str]) -> "Display":
    from shared_ecr.cli.progress.terminal import Terminal

    return Terminal(stream, environ)

"""`shared-ecr man`: the manual page, made from the parsers, so that it says what `--help` says.

https://man7.org/linux/man-pages/man7/groff_man.7.html
"""

import argparse
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import ExitCode

if TYPE_CHECKING:
    from shared_ecr.cli.options import Subcommands

_COMMON = "common options"


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "man",
        help="print the manual page, for man(1)",
        description="Print the manual page of every command in the format of man(1).",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Print the page."""
    from importlib.metadata import version

    from shared_ecr.cli.main import build_parser

    sys.stdout.write("".join(f"{line}\n" for line in page(build_parser(), version("shared-ecr"))))
    return ExitCode.DONE


def page(parser: argparse.ArgumentParser, version: str) -> Iterator[str]:
    """Yield the lines of the page of *parser* and its commands."""
    from shared_ecr.cli.common_options import commands_of

    yield f'.TH SHARED-ECR 1 "" "shared-ecr {version}" "User Commands"'
    yield ".SH NAME"
    yield rf"shared-ecr \- {_escaped(parser.description or '')}"
    yield ".SH SYNOPSIS"
    yield r".B shared-ecr"
    yield r"[\fIoption\fR ...] \fIcommand\fR [\fIargument\fR ...]"
    yield ".SH OPTIONS"
    yield from _arguments(parser)
    yield ".PP"
    yield r"\fB\-\-verbose\fR, \fB\-\-quiet\fR, \fB\-\-profile\fR and \fB\-\-help\fR may also follow the command."
    yield ".SH COMMANDS"
    for name, command in commands_of(parser).items():
        yield f".SS shared-ecr {_escaped(name)}"
        yield _escaped(" ".join((command.description or "").split()))
        yield from _arguments(command)
        if command.epilog:
            yield from (".PP", ".nf", *map(_escaped, command.epilog.splitlines()), ".fi")
    yield ".SH EXIT STATUS"
    yield _escaped(parser.epilog or "")


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the arguments of one command; those that every command has are said once, for the program."""
    formatter = parser._get_formatter()  # noqa: SLF001 — what renders `--file FILE` for the help, too
    for group in parser._action_groups:  # noqa: SLF001 — argparse has no public way to list the arguments
        for action in group._group_actions:  # noqa: SLF001 — as above
            is_hidden = action.help == argparse.SUPPRESS or isinstance(action, argparse._SubParsersAction)  # noqa: SLF001 — as above
            if is_hidden or group.title == _COMMON or "--help" in action.option_strings:
                continue
            yield ".TP"
            yield f".B {_escaped(formatter._format_action_invocation(action))}"  # noqa: SLF001 — as above
            yield _escaped(" ".join(formatter._expand_help(action).split())) if action.help else ""  # noqa: SLF001 — as above


def _escaped(text: str) -> str:
    """Return *text* as roff prints it: a hyphen that can be copied, and no line that begins with a command."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"^([.'])", r"\&\1", text, flags=re.MULTILINE)

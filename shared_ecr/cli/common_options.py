"""Options that every command takes, before the command or after it: `--verbose`, `--quiet`, `--profile`, `-o`."""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Iterator, Sequence

PROFILE_VARIABLE = "AWS_PROFILE"
# Variables that botocore reads before a profile, or reads the profile from. `aws --profile` ignores them.
# https://docs.aws.amazon.com/cli/latest/topic/config-vars.html
_BEFORE_PROFILE = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_DEFAULT_PROFILE",
)
# These read files alone, so a profile would promise something that they do not do.
OFFLINE = frozenset({"init", "check", "show", "schema", "workflow", "comment", "completion", "man"})
# Options of the program that take a value.
_WITH_VALUE = frozenset({"--profile"})


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to the program's own parser: here they have their defaults."""
    parser.add_argument("--verbose", action="store_true", help="show the cause of an error")
    parser.add_argument("--quiet", "-q", action="store_true", help="print errors only on stderr")
    parser.add_argument("--profile", metavar="NAME", help="the AWS profile (default: AWS_PROFILE, or AWS's own rules)")


def add_to_commands(parser: argparse.ArgumentParser) -> None:
    """Add the options to every command of *parser* and their actions, where the command has none of that name."""
    for name, command in commands_of(parser).items():
        _add(command, is_offline=name.split()[0] in OFFLINE)


def commands_of(parser: argparse.ArgumentParser, prefix: str = "") -> dict[str, argparse.ArgumentParser]:
    """Return every command of *parser* by its words, such as `push` and `access why`."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:  # noqa: SLF001 — argparse has no public way to list its commands
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 — as above
            for name, command in action.choices.items():
                found[f"{prefix}{name}"] = command
                found |= commands_of(command, f"{prefix}{name} ")
    return found


def _add(command: argparse.ArgumentParser, *, is_offline: bool) -> None:
    known = command._option_string_actions  # noqa: SLF001 — argparse has no public way to ask for an option
    group = command.add_argument_group("common options")
    # Without defaults: the program's own parser has them, and a default here would undo what stood before the command.
    absent = argparse.SUPPRESS
    if "--verbose" not in known:
        group.add_argument("--verbose", action="store_true", default=absent, help="show the cause of an error")
    if "--quiet" not in known:
        group.add_argument("--quiet", "-q", action="store_true", default=absent, help="print errors only on stderr")
    if "--profile" not in known and not is_offline:
        group.add_argument("--profile", metavar="NAME", default=absent, help="the AWS profile to use")
    if "--format" in known and "-o" not in known:
        # The habit of kubectl and az.
        known["-o"] = known["--format"]
        known["--format"].option_strings = [*known["--format"].option_strings, "-o"]


def command_in(words: Sequence[str]) -> str:
    """Return the first of *words* that is not an option of the program; nothing where its help is asked for."""
    rest = iter(words)
    for word in rest:
        if word in _WITH_VALUE:
            next(rest, None)
        elif word in {"-h", "--help"}:
            return ""
        elif not word.startswith("-"):
            return word
    return ""


@contextlib.contextmanager
def effect_of(arguments: argparse.Namespace) -> Iterator[io.StringIO]:
    """Let `--profile` and `--quiet` have their effect inside the block, and colour reports at a terminal.

    The text that `--quiet` holds back is yielded: a command that fails without an exception has its reason there.
    """
    held = io.StringIO()
    with contextlib.ExitStack() as stack:
        if arguments.profile is not None:
            stack.enter_context(_profile(arguments.profile))
        # A command that shows progress has a display that is quiet, and still prints its errors.
        if arguments.quiet and not hasattr(arguments, "progress"):
            stack.enter_context(contextlib.redirect_stderr(held))
        if sys.stdout.isatty():
            # Only a terminal pays for the import.
            from shared_ecr.cli.colour import ColouredLines, wants_colour

            if wants_colour(arguments.command_name, getattr(arguments, "format", ""), sys.stdout, os.environ):
                stack.enter_context(contextlib.redirect_stdout(ColouredLines(sys.stdout)))
        yield held


@contextlib.contextmanager
def _profile(name: str) -> Iterator[None]:
    """Use the profile *name* as `aws --profile` does: before keys of the environment. Child processes inherit it."""
    before = dict(os.environ)
    for variable in _BEFORE_PROFILE:
        os.environ.pop(variable, None)
    os.environ[PROFILE_VARIABLE] = name
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)

"""Parse the command line, run the command, and turn every error into one line and an exit code."""

import argparse
import gc
import signal
import sys
from collections.abc import Sequence
from importlib import import_module

from shared_ecr.cli.common_options import add_common_options, add_to_commands, command_in, commands_of, effect_of
from shared_ecr.cli.examples import epilog
from shared_ecr.cli.parser import CommandParser
from shared_ecr.cli.process_exit import exit_process
from shared_ecr.cli.streams import (
    UnwrittenResultError,
    discard_result,
    prepare_streams,
)
from shared_ecr.findings.errors import ExitCode, SharedEcrError

# The number of new objects before Python looks for cycles; its default of 700 is for programs that make objects slowly.
_OBJECTS_UNTIL_COLLECTION = 50_000
_VERSION = "--version"
# Each is a module beside this one, with `add_parser`.
COMMANDS = (
    "init",
    "check",
    "show",
    "schema",
    "uri",
    "repositories",
    "access",
    "fate",
    "synth",
    "review",
    "snapshot",
    "adopt",
    "drift",
    "retire",
    "who",
    "restore",
    "replicate",
    "bootstrap",
    "grow",
    "iam",
    "comment",
    "images",
    "login",
    "logout",
    "workflow",
    "builds",
    "push",
    "pull",
    "copy",
    "mirror",
    "tag",
    "inspect",
    "scan",
    "tags",
    "delete",
    "catalog",
    "search",
    "cost",
    "local",
    "completion",
    "man",
)


def build_parser(asked: str = "") -> argparse.ArgumentParser:
    """Build the parser of every command, or of *asked* alone where that is one: the others need not be imported.

    `--version` needs no command.
    """
    parser = CommandParser(
        prog="shared-ecr",
        description="Declare, deploy and push to the Amazon ECR registry that a whole organization shares.",
        epilog="exit codes: 0 done, 1 findings that block, 2 invalid input, 3 the environment (credentials, network, "
        "disk), 4 refused by AWS or the registry, 130 interrupted",
    )
    parser.add_argument(_VERSION, action=_Version, nargs=0, help="print the version and exit")
    add_common_options(parser)
    subcommands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command_name", required=True)
    for name in () if asked == _VERSION else (asked,) if asked in COMMANDS else COMMANDS:
        import_module(f"shared_ecr.cli.{name}").add_parser(subcommands)
    for name, command in commands_of(parser).items():
        command.epilog = epilog(name) or command.epilog
    add_to_commands(parser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that *argv* asks for and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    try:
        return _run(_parsed(words))
    except Exception as error:  # noqa: BLE001 — as in `_run`
        # Help or the version, which are results too, could not be written.
        return _ended_by(error, verbose="--verbose" in words)
    except KeyboardInterrupt:
        # A command that moves images has said before how far it came.
        print("shared-ecr: interrupted [interrupted]", file=sys.stderr)
        return ExitCode.INTERRUPTED


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    asked = _VERSION if list(words[:1]) == [_VERSION] else command_in(words)
    if asked == "help":
        # `shared-ecr help push` is `shared-ecr push --help`.
        words = [*(word for word in words if word != asked), "--help"]
        asked = command_in(words)
    parser = build_parser(asked)
    if not words:
        parser.print_help(sys.stderr)
        parser.exit(ExitCode.INVALID)
    try:
        return parser.parse_args(words)
    except SystemExit:
        sys.stdout.flush()
        raise


def _run(arguments: argparse.Namespace) -> int:
    try:
        with effect_of(arguments) as held_back:
            code: int = arguments.run(arguments)
            sys.stdout.flush()
        if code not in {ExitCode.DONE, ExitCode.FINDINGS}:
            sys.stderr.write(held_back.getvalue())
    except Exception as error:  # noqa: BLE001 — the last resort: a traceback is no answer, and its 1 means findings
        return _ended_by(error, verbose=arguments.verbose)
    return code


def _ended_by(error: Exception, *, verbose: bool) -> int:
    """Report *error* and return the exit code that belongs to it."""
    # Only errors pay for the import.
    from shared_ecr.cli.error_text import error_text, unexpected_error_text

    if isinstance(error, BrokenPipeError):
        # The reader of stdout has ended (`| head`), which is not an error.
        discard_result()
        return ExitCode.DONE
    if isinstance(error, UnwrittenResultError):
        discard_result()
    if isinstance(error, SharedEcrError | OSError):
        text = error_text(error, verbose=verbose)
        code = error.exit_code if isinstance(error, SharedEcrError) else ExitCode.ENVIRONMENT
    else:
        text, code = unexpected_error_text(error, verbose=verbose), ExitCode.ENVIRONMENT
    print(text, file=sys.stderr)
    return code


def run() -> None:
    """Start as the console script does; a SIGTERM unwinds as Ctrl-C does, so that nothing is left on disk."""
    # A start makes tens of thousands of objects that stay. Looking through them for garbage, again and again while
    # they are made and once more at the exit, takes a tenth of a short command's time and finds none.
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTION)
    try:
        prepare_streams()
        signal.signal(signal.SIGTERM, _terminated)
        code = main()
    finally:
        gc.freeze()
    exit_process(code)


def _terminated(number: int, _: object) -> None:
    # The shell's convention for a program ended by a signal.
    sys.exit(128 + number)


class _Version(argparse.Action):
    """Print the version; `importlib.metadata` is imported only for it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"shared-ecr {version('shared-ecr')}")
        parser.exit()

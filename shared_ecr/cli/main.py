"""Parse the command line, run the command, and turn every error into one line and an exit code."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module

from shared_ecr.cli.parser import CommandParser
from shared_ecr.errors import ExitCode, SharedEcrError

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
    "review",
    "comment",
    "images",
    "login",
    "logout",
    "push",
    "pull",
    "copy",
    "mirror",
    "tag",
    "inspect",
    "tags",
    "local",
)


def build_parser(asked: str = "") -> argparse.ArgumentParser:
    """Build the parser of every command, or of *asked* alone where that is one: the others need not be imported."""
    parser = CommandParser(
        prog="shared-ecr",
        description="Declare, deploy and push to the Amazon ECR registry that a whole organization shares.",
        epilog="exit codes: 0 done, 1 findings that block, 2 invalid input, 3 the environment (credentials, network, "
        "disk), 4 refused by AWS or the registry, 130 interrupted",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    parser.add_argument("--verbose", action="store_true", help="show what stands behind an error")
    subcommands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in (asked,) if asked in COMMANDS else COMMANDS:
        import_module(f"shared_ecr.cli.{name}").add_parser(subcommands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that *argv* asks for and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    try:
        return _run(_parsed(words))
    except KeyboardInterrupt:
        print("shared-ecr: interrupted; what was uploaded is kept and will be reused [interrupted]", file=sys.stderr)
        return ExitCode.INTERRUPTED


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    asked = next((word for word in words if word != "--verbose"), "")
    return build_parser(asked).parse_args(words)


def _run(arguments: argparse.Namespace) -> int:
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except SharedEcrError as error:
        _tell(error, verbose=arguments.verbose)
        return error.exit_code
    except BrokenPipeError:
        # The reader of stdout went away (`| head`); there is nobody left to tell. Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except OSError as error:
        _tell(error, verbose=arguments.verbose)
        return ExitCode.ENVIRONMENT
    return code


def run() -> None:
    """Start as the console script does; a SIGTERM unwinds as Ctrl-C does, so that nothing is left on disk."""
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(main())


def _terminated(number: int, _: object) -> None:
    # The shell's convention for a program ended by a signal.
    sys.exit(128 + number)


def _tell(error: Exception, *, verbose: bool) -> None:
    from shared_ecr.cli.complaints import complaint

    print(complaint(error, verbose=verbose), file=sys.stderr)


class _Version(argparse.Action):
    """Print the version; `importlib.metadata` is imported by nobody else."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"shared-ecr {version('shared-ecr')}")
        parser.exit()

"""`shared-ecr completion`: a script by which a shell completes commands, options and the names of files."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import ExitCode, UnavailableError

if TYPE_CHECKING:
    from shared_ecr.cli.options import Subcommands

# What means the name of a file or folder in the help, where its type does not say so.
_OF_FILES = frozenset({"FILE", "[REGION=]FILE", "DESTINATION", "FOLDER", "AFTER", "BEFORE"})
SHELLS = ("bash", "zsh", "fish", "powershell")


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "completion",
        help="print a script that completes commands and options in bash, zsh, fish or PowerShell",
        description="Print a completion script. Write it to where the shell looks for such scripts, and again after an "
        "update of shared-ecr. It needs the extra 'completion' of this package; the script itself needs nothing.",
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    try:
        import shtab
    except ImportError as fault:
        raise UnavailableError(
            "the library that writes completion scripts is not installed; "
            "run pip install '.[completion]' in your clone of shared-ecr"
        ) from fault
    from shared_ecr.cli.common_options import commands_of
    from shared_ecr.cli.main import build_parser
    from shared_ecr.cli.options import named_path

    parser = build_parser()
    for name, command in commands_of(parser).items():
        for action in command._actions:  # noqa: SLF001 — argparse has no public way to list the arguments
            is_path = action.type in {Path, named_path} or action.metavar in _OF_FILES
            if is_path or (name, action.dest) == ("push", "image"):
                action.complete = shtab.FILE  # type: ignore[attr-defined]  # where shtab looks for it
    sys.stdout.write(shtab.complete(parser, arguments.shell))
    return ExitCode.DONE

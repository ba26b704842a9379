"""`shared-ecr synth`: synthesize this project into a folder, for a review in another job."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from shared_ecr.cli.options import Subcommands


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "synth",
        help="synthesize this project into a folder, without secrets in its environment",
        description="Run the app that cdk.json names, as 'cdk synth' does, and write the assembly to FOLDER. The "
        "environment of the app has no secret and no command file of the CI job. The app still runs as this user: run "
        "the code of a pull request in a job without secrets, and review the folder in another job.",
        epilog="example: shared-ecr synth after && shared-ecr review after --against before",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where to write; it must be empty or missing")
    parser.add_argument("--file", type=Path, metavar="FILE", help="the declaration, if it is not registry.yaml")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Synthesize and say where the assembly is."""
    from shared_ecr.client.synthesis import Project, synthesize

    folder: Path = arguments.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is not an empty folder; name another one, or remove it")
    synthesize(Project(Path.cwd(), "this project", arguments.file), folder.absolute(), os.environ)
    print(f"the assembly is in {folder}", file=sys.stderr)
    return ExitCode.DONE

"""`shared-ecr schema`: the JSON Schema of a declaration, for editors."""

import argparse
import sys
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import ExitCode

if TYPE_CHECKING:
    from shared_ecr.cli.options import Subcommands


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "schema",
        help="print the JSON Schema of a declaration, for editors",
        description="Print the JSON Schema (draft 2020-12) of a declaration. An editor that supports YAML schemas then "
        "completes and explains keys: begin the file with '# yaml-language-server: $schema=PATH'.",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Print the schema."""
    from shared_ecr.declaration.schema import render

    sys.stdout.write(render())
    return ExitCode.DONE

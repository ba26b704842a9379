"""`shared-ecr check`: judge the declaration before anything else reads it."""

import argparse
from pathlib import Path

from shared_ecr.cli.options import Subcommands, add_format
from shared_ecr.errors import ExitCode


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "check",
        help="judge a declaration: every fault, with its place and its repair",
        description="Judge a declaration. Prints every fault as FILE:LINE:COL: PATH: WHAT. WHY. FIX. [CODE] and "
        "exits 2 when there is one; warnings alone exit 0.",
    )
    parser.add_argument("file", nargs="?", type=Path, default=Path("registry.yaml"), metavar="FILE")
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print every problem of the declaration; stdout is the report."""
    from shared_ecr.declaration import load  # noqa: PLC0415 — start-up time
    from shared_ecr.problems import InvalidDeclarationError, render  # noqa: PLC0415 — start-up time

    code = ExitCode.DONE
    try:
        declaration = load(arguments.file)
        problems = declaration.warnings
        count = len(declaration.registry.repositories)
        summary = f"{arguments.file}: {count} {'repository' if count == 1 else 'repositories'}, no errors"
    except InvalidDeclarationError as error:
        problems, summary, code = error.problems, "", ExitCode.INVALID
    if arguments.format == "json":
        import json  # noqa: PLC0415 — start-up time

        print(json.dumps({"problems": [problem.as_json() for problem in problems]}, indent=2))
        return code
    if problems:
        print(render(problems))
    if summary:
        print(summary)
    return code

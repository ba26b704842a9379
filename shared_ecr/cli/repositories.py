"""`shared-ecr repositories`: every repository of the registry, as a table or as JSON."""

import argparse

from shared_ecr.cli.options import Subcommands, add_file, add_format, add_place, locator
from shared_ecr.findings.errors import ExitCode


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "repositories",
        help="list the repositories and their URIs",
        description="List every repository: as declared, or with --deployed as in the outputs of the deployed stack.",
    )
    parser.add_argument("--deployed", action="store_true", help="ask the deployed stack (needs AWS credentials)")
    add_file(parser)
    add_place(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each repository, names first."""
    from shared_ecr.client.addresses import declared, deployed

    look_up = deployed if arguments.deployed else declared
    addresses = look_up(locator(arguments))
    if arguments.format == "json":
        import json

        rows = [{"name": str(each.name), "uri": each.uri, "arn": each.arn} for each in addresses.repositories]
        print(json.dumps({"repositories": rows}, indent=2))
        return ExitCode.DONE
    width = max((len(str(each.name)) for each in addresses.repositories), default=0)
    for each in addresses.repositories:
        print(f"{each.name!s:<{width}}  {each.uri}")
    return ExitCode.DONE

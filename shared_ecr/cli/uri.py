"""`shared-ecr uri`: where one repository is pushed to and pulled from."""

import argparse

from shared_ecr.cli.options import Subcommands, add_file, add_format, add_place, locator
from shared_ecr.findings.errors import ExitCode


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "uri",
        help="print the URI of a repository",
        description="Print the URI of a repository: from the declaration, or with --deployed from the outputs of the "
        "deployed stack. Reads only the account, the Regions and the names of the declaration; 'shared-ecr check' "
        "checks the rest.",
    )
    parser.add_argument("name", metavar="NAME", help="the repository's name, as declared")
    parser.add_argument("--deployed", action="store_true", help="ask the deployed stack (needs AWS credentials)")
    add_file(parser)
    add_place(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the URI alone."""
    from shared_ecr.client.addresses import declared, deployed
    from shared_ecr.model.names import RepositoryName

    look_up = deployed if arguments.deployed else declared
    addresses = look_up(locator(arguments))
    found = addresses.of(RepositoryName.parse(arguments.name))
    if arguments.format == "json":
        import json

        print(json.dumps({"name": str(found.name), "uri": found.uri, "arn": found.arn}, indent=2))
    else:
        print(found.uri)
    return ExitCode.DONE

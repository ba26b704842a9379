"""`shared-ecr catalog`: list the repositories of a registry."""

import argparse
import json

from shared_ecr.cli.options import Subcommands, add_format
from shared_ecr.findings.errors import ExitCode


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "catalog",
        help="list the repositories of a registry",
        description="Print the repositories of a registry, one on each line. ECR is asked by its API. Other registries "
        "are asked for their catalog, which many registries show to administrators only or do not have.",
    )
    parser.add_argument("registry", metavar="HOST", help="the registry's host, such as 111111111111.dkr.ecr.REGION.…")
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the repositories."""
    from shared_ecr.client.catalog import repositories_of
    from shared_ecr.client.session import Session
    from shared_ecr.model.names import RegistryHost

    host = RegistryHost.parse(arguments.registry)
    with Session() as session:
        names = repositories_of(host, session)
    if arguments.format == "json":
        print(json.dumps({"registry": host.text, "repositories": list(names)}, indent=2))
    else:
        for name in names:
            print(name)
    return ExitCode.DONE

"""`shared-ecr iam`: the identity policy that a grantee needs beside the grant."""

import argparse
import os

from shared_ecr.cli.options import Subcommands, add_file
from shared_ecr.findings.errors import ExitCode

LEVELS = ("pull", "push", "pull_push", "describe")


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "iam",
        help="print the identity policy that a role needs beside its grant",
        description="Print the identity policy for a role that pulls from repositories or pushes to them. ECR checks "
        "both sides: the declaration grants access, and the role's own policy must allow the same actions and the "
        "login.",
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="the repositories, as declared")
    parser.add_argument("--level", choices=LEVELS, required=True, help="what the role may do")
    add_file(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the policy as JSON."""
    import json

    from shared_ecr.cli.unknown_repository import unknown_repository
    from shared_ecr.declaration import load
    from shared_ecr.deployment.bootstrap.identity_policies import RepositoryAccess, identity_policy
    from shared_ecr.model.permissions import AccessLevel

    registry = load(arguments.file, os.environ).registry
    specs = {spec.name.text: spec for spec in registry.repositories}
    unknown = [name for name in arguments.names if name not in specs]
    if unknown:
        raise unknown_repository(arguments.file, unknown[0], specs)
    level = AccessLevel(arguments.level)
    policy = identity_policy(registry, (RepositoryAccess(level, specs[name]) for name in arguments.names))
    print(json.dumps(policy, indent=2))
    return ExitCode.DONE

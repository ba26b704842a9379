"""`shared-ecr bootstrap`: what the accounts around a registry need, printed for review."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from shared_ecr.cli.bootstrap_documents import add_consumer, add_execution_policy, add_template
from shared_ecr.cli.bootstrap_status import add_status
from shared_ecr.cli.options import Subcommands, add_file, add_format
from shared_ecr.findings.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.deployment.bootstrap.commands import AccountCommands


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command and its actions."""
    parser = subcommands.add_parser(
        "bootstrap",
        help="print what the accounts need: cdk bootstrap commands, templates, policies, and the state of each account",
        description="Print what every account around the registry needs before a deployment. No subcommand changes "
        "AWS; only 'status' calls AWS, and only to read.",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_commands(actions)
    add_template(actions)
    add_execution_policy(actions)
    add_consumer(actions)
    add_status(actions)


def _add_commands(actions: "Subcommands[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser(
        "commands",
        help="print the 'cdk bootstrap' of every account and Region that the declaration reaches, in order",
        description="Print the commands that bootstrap every account and Region that the declaration reaches, in "
        "order: the registry, its replicas, and the accounts of CI roles. Each is run with credentials of its account.",
    )
    add_file(parser)
    parser.add_argument(
        "--deployer",
        metavar="ACCOUNT",
        help="the account whose credentials run 'cdk deploy', by name or id; the others trust it "
        "(default: the registry's account)",
    )
    # With a type, so that an invalid or empty qualifier is one error.
    parser.add_argument(
        "--qualifier", type=str, metavar="TEXT", help="the qualifier of the bootstrap stack (default: hnb659fds)"
    )
    parser.add_argument(
        "--template", metavar="FILE", help="bootstrap with this template, as 'bootstrap template' writes it"
    )
    parser.add_argument(
        "--execution-policy",
        metavar="NAME",
        help="let CloudFormation deploy with this managed policy, created from 'bootstrap execution-policy' "
        "(default: AdministratorAccess)",
    )
    parser.add_argument(
        "--permissions-boundary",
        metavar="NAME",
        help="the managed policy that is the permissions boundary of every role",
    )
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the commands."""
    from shared_ecr.declaration import load
    from shared_ecr.deployment.bootstrap.commands import DEFAULT_QUALIFIER, BootstrapOptions, account_commands, shown
    from shared_ecr.deployment.bootstrap.environments import account_called, account_names, environments

    registry = load(arguments.file, os.environ).registry
    options = BootstrapOptions(
        DEFAULT_QUALIFIER if arguments.qualifier is None else arguments.qualifier,
        arguments.template,
        arguments.execution_policy,
        arguments.permissions_boundary,
    )
    deployer = account_called(arguments.deployer, registry) if arguments.deployer else None
    found = tuple(account_commands(environments(registry, deployer), options))
    if arguments.format == "json":
        _print_json(found)
    else:
        print(shown(found, account_names(registry)))
    for hint in _hints(options.qualifier, DEFAULT_QUALIFIER, options.execution_policy):
        print(hint, file=sys.stderr)
    return ExitCode.DONE


def _hints(qualifier: str, default: str, policy: str | None) -> "Sequence[str]":
    hints = []
    if qualifier != default:
        hints.append(f"write '@aws-cdk/core:bootstrapQualifier': '{qualifier}' under 'context' in cdk.json")
    if policy:
        hints.append(
            "write each execution policy first: 'cdk synth', then 'shared-ecr bootstrap execution-policy cdk.out "
            "--account ACCOUNT --save execution-policy-ACCOUNT.json'"
        )
    else:
        hints.append(
            "CloudFormation will deploy with AdministratorAccess; pass --execution-policy NAME to give it fewer "
            "permissions"
        )
    return hints


def _print_json(found: "Sequence[AccountCommands]") -> None:
    import json

    rows = [
        {
            "account": str(each.environment.account),
            "region": str(each.environment.region),
            "purpose": each.environment.purpose,
            "trusted": str(each.environment.trusted) if each.environment.trusted else None,
            "commands": [list(command) for command in each.commands],
        }
        for each in found
    ]
    print(json.dumps({"environments": rows}, indent=2))

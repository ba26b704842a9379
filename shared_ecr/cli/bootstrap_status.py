"""`shared-ecr bootstrap status`: what each account and Region has, and the command for each missing part."""

import argparse
import os

from shared_ecr.cli.options import Subcommands, add_file, add_format
from shared_ecr.findings.errors import ExitCode, UsageError


def add_status(actions: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register `bootstrap status`."""
    parser = actions.add_parser(
        "status",
        help="read every account and Region: report what is missing and the command that repairs it",
        description="Read from AWS, and change nothing: bootstrap stacks, trust, stacks whose first deployment failed, "
        "service-linked roles, account settings, cache secrets, and the roles that grants name. Other accounts are "
        "read through the lookup role of their bootstrap stack. Exits 1 where anything is missing or unknown.",
    )
    parser.add_argument("--deployer", metavar="ACCOUNT", help="as in 'bootstrap commands'")
    parser.add_argument("--qualifier", metavar="TEXT", help="the qualifier of the bootstrap stack (default: hnb659fds)")
    parser.add_argument("--region", metavar="REGION", help="one Region (default: all that the deployment reaches)")
    add_file(parser)
    add_format(parser)
    parser.set_defaults(run=_status)


def _status(arguments: argparse.Namespace) -> int:
    import shlex

    from shared_ecr.declaration import load
    from shared_ecr.deployment.account_readiness import AccountReadiness
    from shared_ecr.deployment.bootstrap.commands import DEFAULT_QUALIFIER, BootstrapOptions, account_commands
    from shared_ecr.deployment.bootstrap.environments import account_called, environments
    from shared_ecr.deployment.bootstrap.readiness import Readiness, render
    from shared_ecr.model.names import Region

    registry = load(arguments.file, os.environ).registry
    options = BootstrapOptions(DEFAULT_QUALIFIER if arguments.qualifier is None else arguments.qualifier)
    deployer = account_called(arguments.deployer, registry) if arguments.deployer else None
    reached, region = environments(registry, deployer), None
    if arguments.region is not None:
        region = Region.parse(arguments.region)
        reached = tuple(each for each in reached if each.region == region)
        if not reached:
            declared = ", ".join(dict.fromkeys(str(each.region) for each in environments(registry, deployer)))
            raise UsageError(f"the deployment of {arguments.file} does not reach {region}; it reaches {declared}")
    commands = {
        each.environment.name: "\n".join(map(shlex.join, each.commands)) for each in account_commands(reached, options)
    }
    checks = list(AccountReadiness(registry, reached, commands, options.qualifier, region).checks())
    if arguments.format == "json":
        import json

        rows = [
            {"environment": each.environment, "subject": each.subject, "state": each.readiness, "repair": each.repair}
            for each in checks
        ]
        print(json.dumps({"checks": rows}, indent=2))
    else:
        print(render(checks))
    is_ready = all(each.readiness is Readiness.READY for each in checks)
    return ExitCode.DONE if is_ready else ExitCode.FINDINGS

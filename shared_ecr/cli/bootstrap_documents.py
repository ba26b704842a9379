"""The actions of `shared-ecr bootstrap` that print one document: a template or a policy."""

import argparse
import os
import sys
from pathlib import Path

from shared_ecr.cli.options import Subcommands, add_file
from shared_ecr.findings.errors import ExitCode, UsageError

_ASSEMBLY = Path("cdk.out")


def add_template(actions: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register `bootstrap template`."""
    parser = actions.add_parser(
        "template",
        help="print the bootstrap template of CDK, hardened",
        description="Print the template that CDK's command line would bootstrap with, changed: its repository is "
        "scanned on push and retained, and a permissions boundary reaches every role. It is a patch, not a copy.",
    )
    parser.add_argument(
        "--new",
        action="store_true",
        help="encrypt the repository with KMS; only for accounts that are not bootstrapped yet, since a change of "
        "encryption replaces the repository",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--cdk", default="cdk", metavar="PROGRAM", help="CDK's command line (default: cdk)")
    source.add_argument(
        "--from", dest="source", type=Path, metavar="FILE", help="the output of 'cdk bootstrap --show-template --json'"
    )
    _add_save(parser)
    parser.set_defaults(run=_template)


def add_execution_policy(actions: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register `bootstrap execution-policy`."""
    parser = actions.add_parser(
        "execution-policy",
        help="print the least permissions that CloudFormation needs to deploy an assembly",
        description="Print the managed policy for 'cdk bootstrap --cloudformation-execution-policies': the actions "
        "that the handlers of the assembly's resource types call, on the names that the assembly has.",
    )
    parser.add_argument(
        "assembly", nargs="?", type=Path, default=_ASSEMBLY, metavar="FOLDER", help="the assembly (default: cdk.out)"
    )
    parser.add_argument("--account", metavar="ID", help="the account, where the assembly deploys to several")
    parser.add_argument(
        "--scope",
        choices=("names", "prefixes", "registry"),
        default="prefixes",
        help="how narrowly repositories are named: each, by the first part of the name, or all (default: prefixes)",
    )
    _add_save(parser)
    parser.set_defaults(run=_execution_policy)


def add_consumer(actions: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register `bootstrap consumer`."""
    parser = actions.add_parser(
        "consumer",
        help="print a template for an account that pulls: its policies, and with --vpc its VPC endpoints",
        description="Print a self-contained template for a consumer's account, to hand to a StackSet, Control Tower, a "
        "landing zone or Terraform: managed policies for exactly what the declaration lets the account pull.",
    )
    parser.add_argument("account", metavar="ACCOUNT", help="the account, by name or id")
    parser.add_argument("--vpc", action="store_true", help="add VPC endpoints with endpoint policies")
    parser.add_argument(
        "--organization-path",
        action="append",
        default=[],
        metavar="PATH",
        help="the account's path in the organization (o-…/r-…/ou-…/), for grants to organizational units",
    )
    parser.add_argument(
        "--format",
        choices=("cloudformation", "terraform", "json"),
        default="cloudformation",
        help="a CloudFormation template, Terraform's JSON, or the policies alone (default: cloudformation)",
    )
    add_file(parser)
    _add_save(parser)
    parser.set_defaults(run=_consumer)


def _add_save(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--save", type=Path, metavar="FILE", help="write to FILE and print its name")


def _template(arguments: argparse.Namespace) -> int:
    from shared_ecr.client.toolkit import shown_template
    from shared_ecr.deployment.bootstrap.toolkit_template import Hardening, hardened, read_template, version_of
    from shared_ecr.documents.input_files import read_text

    if arguments.source is None:
        text = shown_template(arguments.cdk)
    else:
        try:
            text = read_text(arguments.source)
        except OSError as fault:
            raise UsageError(f"{arguments.source} cannot be read: {fault.strerror}") from fault
    template = read_template(text)
    changed = hardened(template, Hardening(is_new=arguments.new))
    print(f"bootstrap template version {version_of(template)}, hardened", file=sys.stderr)
    return _give(changed, arguments.save)


def _execution_policy(arguments: argparse.Namespace) -> int:
    from shared_ecr.deployment.bootstrap.assembly_resources import read_assembly
    from shared_ecr.deployment.bootstrap.execution_policy import NameScope, execution_policy
    from shared_ecr.model.names import AccountId

    contents = read_assembly(arguments.assembly)
    accounts = contents.accounts()
    listed = ", ".join(map(str, accounts))
    if arguments.account is None and len(accounts) != 1:
        raise UsageError(f"{arguments.assembly} deploys to {listed or 'no account'}; choose one by --account")
    account = AccountId.parse(arguments.account) if arguments.account else accounts[0]
    if account not in accounts:
        raise UsageError(f"{arguments.assembly} deploys nothing to {account}, only to {listed}")
    return _give(execution_policy(contents, account, NameScope(arguments.scope)), arguments.save)


def _consumer(arguments: argparse.Namespace) -> int:
    from shared_ecr.declaration import load
    from shared_ecr.deployment.bootstrap.consumer_access import consumer_access
    from shared_ecr.deployment.bootstrap.consumer_templates import as_cloudformation, as_terraform, pull_policies
    from shared_ecr.deployment.bootstrap.environments import account_called

    if arguments.vpc and arguments.format == "json":
        raise UsageError("--vpc needs a template; choose --format cloudformation or terraform")
    registry = load(arguments.file, os.environ).registry
    access = consumer_access(registry, account_called(arguments.account, registry), arguments.organization_path)
    match arguments.format:
        case "terraform":
            return _give(as_terraform(access, with_endpoints=arguments.vpc), arguments.save)
        case "json":
            policies = [each.document for each in pull_policies(access)]
            return _give(policies[0] if len(policies) == 1 else policies, arguments.save)
        case _:
            return _give(as_cloudformation(access, with_endpoints=arguments.vpc), arguments.save)


def _give(document: object, path: Path | None) -> int:
    """Print *document*, or write it to *path* and print that path."""
    import json

    from shared_ecr.cli.saved_files import write_whole

    text = json.dumps(document, indent=2, ensure_ascii=False)
    if path is None:
        print(text)
    else:
        write_whole(path, f"{text}\n")
        print(path)
    return ExitCode.DONE

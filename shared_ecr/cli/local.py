"""`shared-ecr local`: an AWS on this machine, to try and to test with."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.options import named_path
from shared_ecr.cli.parser import HelpAsWritten
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from shared_ecr.local.instance import LocalAws

_EPILOG = """\
eval "$(shared-ecr local start)"       every AWS tool of this shell now uses the embedded AWS
shared-ecr local run -- make demo      the same for one command; it is stopped afterwards
"""


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `local` and what it can do."""
    parser = subcommands.add_parser(
        "local",
        help="run an AWS on this machine, without an account",
        description="Run an embedded AWS on this machine: CloudFormation, ECR, and a registry to push to. It listens "
        "on the loopback interface only, keeps everything in memory and needs no AWS credentials. It executes the code "
        "of Lambda functions, so it refuses requests of browsers and requests that are not signed with its key.",
        epilog=_EPILOG,
        formatter_class=HelpAsWritten,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    start = actions.add_parser("start", help="start it in the background and print the environment variables for it")
    _add_options(start)
    start.set_defaults(run=_start)
    actions.add_parser("stop", help="stop the embedded AWS that was started in this folder").set_defaults(run=_stop)
    status = actions.add_parser("status", help="report whether the embedded AWS of this folder runs")
    status.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    status.set_defaults(run=_status)
    token = actions.add_parser(
        "oidc-token", help="print an OIDC token as a CI system gives it to a job, for AssumeRoleWithWebIdentity"
    )
    token.add_argument("subject", metavar="SUBJECT", help="such as repo:acme/shop:ref:refs/heads/main")
    token.add_argument(
        "--issuer", default="token.actions.githubusercontent.com", metavar="HOST", help="default: %(default)s"
    )
    token.add_argument("--audience", default="sts.amazonaws.com", help="default: %(default)s")
    token.set_defaults(run=_oidc_token)
    results = actions.add_parser(
        "scan-results", help="give image scans the results of a file, for 'shared-ecr scan' and gates"
    )
    results.add_argument(
        "file", type=named_path, metavar="FILE", help="JSON with 'scans' and 'coverage': docs/how-to/gate-a-release.md"
    )
    results.set_defaults(run=_scan_results)
    run = actions.add_parser("run", help="start an embedded AWS, run a command with it, and stop it")
    _add_options(run)
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="what to run, with its arguments")
    run.set_defaults(run=_run)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, help="port of 127.0.0.1; 0, the default, takes a free one")
    parser.add_argument("--account", default="111111111111", help="the account id (default: %(default)s)")
    parser.add_argument("--region", default="us-east-1", help="the Region (default: %(default)s)")


def _start(arguments: argparse.Namespace) -> int:
    from shared_ecr.local import is_running, start
    from shared_ecr.local.instance import changed_by, led_elsewhere
    from shared_ecr.local.state import StateFile
    from shared_ecr.model.names import AccountId, Region

    account, region = AccountId.parse(arguments.account), Region.parse(arguments.region)
    state = StateFile.of(Path.cwd())
    with state.locked():
        aws = state.read()
        if aws is None or not is_running(aws):
            aws = start(account=account, region=region, port=arguments.port, log=state.log, remember=state.write)
            print(f"started an embedded AWS at {aws.url} (log: {state.log})", file=sys.stderr)
        elif (aws.account, aws.region) == (account, region) and arguments.port in (0, _port(aws.url)):
            print(f"the embedded AWS at {aws.url} runs already", file=sys.stderr)
        else:
            raise UsageError(
                f"an embedded AWS with account {aws.account} in {aws.region} runs at {aws.url} already; "
                "run 'shared-ecr local stop' first"
            )
    import shlex

    if unwanted := led_elsewhere(os.environ):
        print(f"unset {' '.join(unwanted)}")
    for name, value in changed_by(aws, os.environ).items():
        print(f"export {name}={shlex.quote(value)}")
    return ExitCode.DONE


def _stop(_arguments: argparse.Namespace) -> int:
    from shared_ecr.local import stop
    from shared_ecr.local.state import StateFile

    state = StateFile.of(Path.cwd())
    aws = state.read()
    if aws is None:
        print("no embedded AWS was started in this folder", file=sys.stderr)
    elif stop(aws):
        print(f"stopped the embedded AWS at {aws.url}; all that it held is deleted", file=sys.stderr)
    else:
        print(f"the embedded AWS at {aws.url} had already stopped", file=sys.stderr)
    state.forget()
    return ExitCode.DONE


def _status(arguments: argparse.Namespace) -> int:
    from shared_ecr.local import is_running
    from shared_ecr.local.state import StateFile

    aws = StateFile.of(Path.cwd()).read()
    is_up = aws is not None and is_running(aws)
    if arguments.format == "json":
        import json

        about = {"url": aws.url, "account": str(aws.account), "region": str(aws.region), "pid": aws.pid} if aws else {}
        print(json.dumps({"running": is_up, **(about if is_up else {})}, indent=2))
        return ExitCode.DONE if is_up else ExitCode.ENVIRONMENT
    if aws is None or not is_up:
        print("not running")
        return ExitCode.ENVIRONMENT
    print(f"running at {aws.url}, account {aws.account}, {aws.region}, process {aws.pid}")
    return ExitCode.DONE


def _oidc_token(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from shared_ecr.local.oidc_tokens import OidcClaims, issue
    from shared_ecr.local.state import StateFile

    aws = StateFile.of(Path.cwd()).read()
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if aws is None and not endpoint.startswith("http://127.0.0.1:"):
        raise UsageError("no embedded AWS was started in this folder; run 'shared-ecr local start' first")
    key = aws.secret_access_key if aws else os.environ.get("AWS_SECRET_ACCESS_KEY", "")
    claims = OidcClaims(arguments.issuer.removeprefix("https://"), arguments.subject, arguments.audience)
    print(issue(claims, key, datetime.now(UTC)))
    return ExitCode.DONE


def _scan_results(arguments: argparse.Namespace) -> int:
    from shared_ecr.local import give_scan_results
    from shared_ecr.local.scan_results import load_scan_results
    from shared_ecr.local.state import StateFile

    results = load_scan_results(arguments.file)
    aws = StateFile.of(Path.cwd()).read() or _of_environment()
    if aws is None:
        raise UsageError("no embedded AWS was started in this folder; run 'shared-ecr local start' first")
    give_scan_results(aws, results.scans, results.coverage)
    return ExitCode.DONE


def _of_environment() -> "LocalAws | None":
    """Return the embedded AWS of 'local run', or of a shell that 'local start' in another folder has set."""
    from shared_ecr.local.instance import LocalAws
    from shared_ecr.model.names import AccountId, Region

    names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_SECRET_ACCESS_KEY")
    url, account, region, key = (os.environ.get(name, "") for name in names)
    if not url.startswith("http://127.0.0.1:"):
        return None
    return LocalAws(0, url, AccountId.parse(account), Region.parse(region), key)


def _run(arguments: argparse.Namespace) -> int:
    from shared_ecr.local import environment_under, running
    from shared_ecr.local.command import run_under
    from shared_ecr.model.names import AccountId, Region

    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise UsageError("nothing to run; write the command after '--': shared-ecr local run -- COMMAND")
    account, region = AccountId.parse(arguments.account), Region.parse(arguments.region)
    with running(account=account, region=region, port=arguments.port) as aws:
        return run_under(command, environment_under(aws))


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])

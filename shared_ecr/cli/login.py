"""`shared-ecr login`: log a container engine in to registries, for people; a push does not need it."""

import argparse
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.options import add_format
from shared_ecr.cli.parser import RefusedPassword
from shared_ecr.cli.registry_targets import (
    DECLARATION,
    KnownRegistries,
    hosts_meant,
    hosts_of_stack,
    known_registries,
    resolve,
)
from shared_ecr.findings.errors import ExitCode, UsageError
from shared_ecr.model.names import Region, RegistryHost
from shared_ecr.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from shared_ecr.client.aws.clients import AwsClients

__all__ = ["KnownRegistries", "add_parser", "resolve", "run"]


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "login",
        help="log a container engine in to the registries of the declaration, or to any other",
        description=(
            "Log docker, podman, finch, nerdctl or skopeo in to ECR registries. The token is given to the engine on "
            "its standard input and lasts twelve hours; with --credential-helper no token is stored, and the engine "
            "asks for one at each pull. With --username, log in to any other registry. Prints each registry host that "
            "is logged in to. 'shared-ecr push' needs no login to ECR."
        ),
    )
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help="an account id, the declaration's name of an account, a Region, a registry host or a repository URI; "
        "without any: the registries of the declaration or of --stack",
    )
    parser.add_argument("--engine", help="the container engine; default: $CDK_DOCKER, else the first on PATH")
    parser.add_argument("--file", type=Path, help=f"the declaration; default: {DECLARATION}, where it exists")
    parser.add_argument("--stack", help="log in to the registries of this deployed stack")
    parser.add_argument(
        "--region",
        action="append",
        default=[],
        help="use this Region instead of the declaration's; may be repeated",
    )
    add_format(parser)
    helper = parser.add_argument_group("without a token that expires")
    helper.add_argument(
        "--credential-helper",
        action="store_true",
        help="write docker-credential-shared-ecr into docker's config.json for these registries; runs no engine",
    )
    helper.add_argument(
        "--remove-stale",
        action="store_true",
        help="remove logins that are stored for these registries and would be used before the helper",
    )
    other = parser.add_argument_group("another registry")
    other.add_argument(
        "--username", "-u", metavar="NAME", help="log in to the one registry host TARGET under this name"
    )
    other.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input; without it, you are asked for it at the terminal",
    )
    other.add_argument("--password", "-p", action=RefusedPassword, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Log in to every registry that *arguments* mean, in order, and print its host once that is done."""
    _refuse_contradictions(arguments)
    logins: list[LoggedIn] = []
    for login in _logins(arguments):
        logins.append(login)
        if arguments.format == "text":
            print(login.host, flush=True)
    if arguments.format == "json":
        import json

        print(json.dumps({"registries": [login.as_json() for login in logins]}, indent=2))
    return ExitCode.DONE


@record
class LoggedIn:
    """A registry that an engine is logged in to."""

    host: RegistryHost
    expires_at: "datetime | None" = None
    """When the login ends; None where it does not, or where no one says."""

    def as_json(self) -> dict[str, str | None]:
        """Render the JSON shape of docs/how-to/log-in.md."""
        return {"host": self.host.text, "expires_at": self.expires_at.isoformat() if self.expires_at else None}


def _logins(arguments: argparse.Namespace) -> "Iterator[LoggedIn]":
    """Log in, one registry after the other."""
    if arguments.username is not None:
        from shared_ecr.cli.registry_login import log_in_elsewhere

        yield LoggedIn(log_in_elsewhere(arguments.targets, arguments.username, from_stdin=arguments.password_stdin))
        return

    from shared_ecr.client.aws.clients import AwsClients

    regions = tuple(Region.parse(text) for text in arguments.region)
    with closing(AwsClients()) as clients:
        if arguments.stack:
            hosts = hosts_of_stack(clients, arguments, regions)
        else:
            hosts = hosts_meant(arguments.targets, known_registries(arguments, regions, clients))
        if arguments.credential_helper:
            from shared_ecr.cli.helper_entries import enter_helper

            enter_helper(hosts, os.environ, remove_stale=arguments.remove_stale)
            yield from map(LoggedIn, hosts)
        else:
            yield from _log_in_engine(hosts, arguments.engine, clients)


def _log_in_engine(hosts: tuple[RegistryHost, ...], wish: str | None, clients: "AwsClients") -> "Iterator[LoggedIn]":
    """Give the engine a token for each of *hosts*."""
    from shared_ecr.client.credentials.ecr_tokens import EcrPublicTokens, EcrTokens
    from shared_ecr.client.engines.choice import EngineUse, choose_engine
    from shared_ecr.client.engines.loopback import spoken_host
    from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE

    engine = choose_engine(wish, os.environ, EngineUse.LOGIN)
    tokens, public_tokens = EcrTokens(clients), EcrPublicTokens(clients)
    for host in hosts:
        credentials = tokens.credentials_for(host) or public_tokens.credentials_for(host)
        if credentials is None:
            raise UsageError(f"{host} is not a registry of ECR; log in to it with --username")
        engine.log_in(spoken_host(host, os.environ.get(ENDPOINT_VARIABLE)), credentials)
        until = f" until {credentials.expires_at:%H:%M %Z}" if credentials.expires_at else ""
        print(f"{engine.name} is logged in to {host}{until}".rstrip(), file=sys.stderr)
        yield LoggedIn(host, credentials.expires_at)


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    """Refuse options that exclude each other."""
    if arguments.remove_stale and not arguments.credential_helper:
        raise UsageError(
            "--remove-stale is an option of --credential-helper; to remove logins without it, run 'shared-ecr logout'"
        )
    if arguments.credential_helper and arguments.engine:
        raise UsageError(
            "--credential-helper runs no engine, because every engine reads docker's config.json; leave out --engine"
        )
    if arguments.username is None:
        if arguments.password_stdin:
            raise UsageError("--password-stdin needs --username NAME, the user of the password")
        return
    others = ("credential_helper", "engine", "stack", "region", "file")
    given = next((name for name in others if getattr(arguments, name)), None)
    if given:
        raise UsageError(f"--username logs in to a registry that is not ECR; leave out --{given.replace('_', '-')}")

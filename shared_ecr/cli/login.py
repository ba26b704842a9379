"""`shared-ecr login`: log a container engine in to registries, for people; a push does not need it."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.errors import InvalidValueError, UnavailableError, UsageError
from shared_ecr.names import AccountId, EcrRegistry, Region, RegistryHost
from shared_ecr.text import did_you_mean, quoted

if TYPE_CHECKING:
    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.registry import RegistrySpec

DECLARATION = Path("registry.yaml")


@dataclass(frozen=True, slots=True)
class Known:
    """What targets are resolved against; empty where there is no declaration."""

    accounts: Mapping[str, AccountId]
    account: AccountId | None
    regions: tuple[Region, ...]


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "login",
        help="log a container engine in to the registries of the declaration",
        description=(
            "Log docker, podman, finch, nerdctl or skopeo in to ECR registries. The token is typed into the engine "
            "and lasts twelve hours. Prints each registry host logged in to. 'shared-ecr push' needs no login."
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
        help="use this Region in place of the declaration's; may be repeated",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Log in to every registry that *arguments* mean, in order, and print its host once that is done."""
    from shared_ecr.client.aws.clients import AwsClients  # noqa: PLC0415 — start-up time of the command line
    from shared_ecr.client.credentials.ecr_tokens import EcrTokens  # noqa: PLC0415 — start-up time of the command line
    from shared_ecr.client.engines.choice import Purpose, choose_engine  # noqa: PLC0415 — start-up time
    from shared_ecr.client.engines.loopback import spoken_host  # noqa: PLC0415 — start-up time
    from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE  # noqa: PLC0415 — start-up time of the command line

    regions = tuple(Region.parse(text) for text in arguments.region)
    with closing(AwsClients()) as clients:
        if arguments.stack:
            hosts = _hosts_of_stack(clients, arguments, regions)
        else:
            known = _known(arguments, regions, clients)
            hosts = tuple(registry.host for registry in resolve(arguments.targets, known))
        engine = choose_engine(arguments.engine, os.environ, Purpose.LOGIN)
        tokens = EcrTokens(clients)
        for host in hosts:
            credentials = tokens.credentials_for(host)
            if credentials is None:
                raise UsageError(f"{host} is no private ECR registry; log in to it with {engine.name}")
            engine.log_in(spoken_host(host, os.environ.get(ENDPOINT_VARIABLE)), credentials)
            until = f" until {credentials.expires_at:%H:%M %Z}" if credentials.expires_at else ""
            print(f"{engine.name} is logged in to {host}{until}".rstrip(), file=sys.stderr)
            print(host, flush=True)
    return 0


def resolve(targets: Sequence[str], known: Known) -> tuple[EcrRegistry, ...]:
    """Return the registries that *targets* mean, each once and in order; without targets, the declaration's.

    Raises:
        UsageError: a target is none of what a target can be, or what completes it is not known.
        InvalidValueError: an account id has a wrong number of digits.
    """
    if not targets:
        found = _in_regions(_account(known, "the registries"), known)
    else:
        found = [registry for target in targets for registry in _meant(target, known)]
    return tuple(dict.fromkeys(found))


def is_complete(target: str) -> bool:
    """Whether *target* says by itself which registry it means: a registry host or a repository URI."""
    return "/" in target or ".dkr" in target


def _meant(target: str, known: Known) -> list[EcrRegistry]:
    """Return the registries one target means."""
    if is_complete(target):
        # A scheme is no path: the host's own parser refuses it and names the repair.
        host = target if "://" in target else target.partition("/")[0]
        registry = RegistryHost.parse(host).ecr
        if registry is None:
            raise UsageError(f"{quoted(target)} is in no private ECR registry; nothing else is sent an ECR token")
        return [registry]
    if target in known.accounts:
        return _in_regions(known.accounts[target], known)
    region = _as_region(target)
    if region:
        return [EcrRegistry(_account(known, f"the registry in {region}"), region)]
    if target[:1].isdigit():
        return _in_regions(AccountId.parse(target), known)
    names = [*known.accounts, *map(str, known.regions)]
    hint = did_you_mean(target, names) if names else "There is no declaration here that could name it"
    raise UsageError(f"{quoted(target)} is no account, Region, registry host or repository URI. {hint}".rstrip(". "))


def _as_region(text: str) -> Region | None:
    try:
        return Region.parse(text)
    except InvalidValueError:
        return None


def _in_regions(account: AccountId, known: Known) -> list[EcrRegistry]:
    if not known.regions:
        raise UsageError(f"no Region is known for account {account}; pass --region, or --file with a declaration")
    return [EcrRegistry(account, region) for region in known.regions]


def _account(known: Known, of_what: str) -> AccountId:
    if known.account is None:
        raise UsageError(f"no account is known for {of_what}; pass --file with a declaration, or name the account")
    return known.account


def _known(arguments: argparse.Namespace, regions: tuple[Region, ...], clients: "AwsClients") -> Known:
    """Read the declaration where it is needed, let --region replace its Regions; without one, ask who calls."""
    if arguments.targets and all(map(is_complete, arguments.targets)):
        return Known({}, None, regions)
    declared = _declared(arguments)
    if declared:
        return Known(declared.accounts, declared.account, regions or declared.regions)
    meant = [region for region in map(_as_region, arguments.targets) if region]
    if not arguments.targets:
        meant += regions
    return Known({}, clients.caller_account(meant[0]) if meant else None, regions)


def _declared(arguments: argparse.Namespace) -> "RegistrySpec | None":
    """Read the declaration named, or the one in this folder; None where there is none."""
    file: Path | None = arguments.file or (DECLARATION if DECLARATION.exists() else None)
    if file is None:
        return None
    from shared_ecr.declaration import load  # noqa: PLC0415 — start-up time of the command line

    return load(file, os.environ).registry


def _hosts_of_stack(
    clients: "AwsClients", arguments: argparse.Namespace, regions: tuple[Region, ...]
) -> tuple[RegistryHost, ...]:
    """Return the registries that hold the repositories of a deployed stack."""
    from shared_ecr.client.aws.deployed import deployed_registry  # noqa: PLC0415 — start-up time of the command line

    if arguments.targets:
        raise UsageError("--stack names the registries itself; leave out the targets, or leave out --stack")
    if not regions:
        declared = _declared(arguments)
        regions = declared.regions if declared else ()
    if not regions:
        raise UsageError(f"no Region is known for the stack {arguments.stack}; pass --region")
    hosts: list[RegistryHost] = []
    for region in regions:
        deployed = deployed_registry(clients, arguments.stack, region)
        if deployed.warning:
            print(f"warning: {deployed.warning}", file=sys.stderr)
        if not deployed.repositories:
            raise UnavailableError(f"the outputs of the stack {arguments.stack} in {region} name no repository")
        hosts += [repository.host for repository in deployed.repositories]
    return tuple(dict.fromkeys(hosts))

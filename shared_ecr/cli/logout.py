"""`shared-ecr logout`: remove the logins that `login` stored, in every place; AWS is not asked."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.options import add_format
from shared_ecr.cli.registry_targets import DECLARATION, as_region, declared
from shared_ecr.findings.errors import ExitCode, UsageError
from shared_ecr.model.names import AccountId, Region, RegistryHost
from shared_ecr.model.names.secrets_in_addresses import refuse_secrets
from shared_ecr.text import did_you_mean, quoted

if TYPE_CHECKING:
    from shared_ecr.model.registry import RegistrySpec

HostFilter = Callable[[RegistryHost], bool]


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "logout",
        help="remove the logins to registries: the engine's, the credential helper's and cached tokens",
        description=(
            "Remove the logins to registries from docker's and podman's files by the engine's own logout, "
            "docker-credential-shared-ecr from docker's configuration, and its cached tokens. Reports what was removed "
            "and prints each host that a login was removed for. A token that ECR issued stays valid for twelve hours, "
            "and a copy of it can still be used. The command can be repeated safely."
        ),
    )
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help="a registry host, a repository URI (podman's login for that part of the registry, where it has one), "
        "an account id, the declaration's name of an account, or a Region; "
        "without any: the registries of the declaration",
    )
    parser.add_argument("--all", action="store_true", help="every ECR registry with a stored login")
    parser.add_argument("--engine", help="also log out this engine; docker and podman are found by their files")
    parser.add_argument("--file", type=Path, help=f"the declaration; default: {DECLARATION}, where it exists")
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Log out of every registry that *arguments* mean, and print those that had a login."""
    from shared_ecr.client.logins.leaving import LogOut, parts_with_login, stand_in_host, stored_hosts

    log_out = LogOut(os.environ, arguments.engine)
    removed: dict[str, tuple[str, ...]] = {}
    for target in [target for target in arguments.targets if "/" in target and not arguments.all]:
        # podman's login for this part of a registry, and not that of the whole.
        if lines := log_out.of_part(target.rstrip("/")):
            removed[target.rstrip("/")] = lines
            arguments.targets.remove(target)
    named, wanted = _meant(arguments) if arguments.targets or not removed else ((), _no_other)
    stored = stored_hosts(os.environ)
    # While another address takes the place of ECR, engines know every registry of ECR by that address.
    stand_in = stand_in_host(os.environ) if wanted is not _no_other else None
    hosts = tuple(dict.fromkeys([*named, *(host for host in stored if wanted(host) or host == stand_in)]))
    removed |= {host.text: () for host in hosts}
    for name in removed:
        removed[name] = removed[name] or log_out.of(RegistryHost(name))
        for line in removed[name] or (f"there is no login to {name}",):
            print(line, file=sys.stderr)
        if removed[name] and arguments.format == "text":
            print(name, flush=True)
    for part in [part for host in hosts for part in parts_with_login(host, os.environ)]:
        print(f"kept podman's login to {part}; 'shared-ecr logout {part}' removes it", file=sys.stderr)
    if arguments.format == "json":
        import json

        rows = [{"host": name, "removed": list(lines)} for name, lines in removed.items() if lines]
        print(json.dumps({"registries": rows}, indent=2))
    others = [host.text for host in stored if host not in hosts]
    if arguments.all and others:
        print(f"kept the logins to {', '.join(others)}; name a registry that is not ECR's to log out", file=sys.stderr)
    if not removed:
        print("there is no login to any of these registries", file=sys.stderr)
    return ExitCode.DONE


def _meant(arguments: argparse.Namespace) -> tuple[tuple[RegistryHost, ...], HostFilter]:
    """Return the hosts that are named, and which of the stored ones are meant besides."""
    if arguments.all:
        if arguments.targets:
            raise UsageError("--all means every registry of ECR; leave out the targets, or leave out --all")
        return (), lambda host: host.ecr is not None or host.is_ecr_public
    spec = None if arguments.targets and all(map(_names_a_host, arguments.targets)) else declared(arguments)
    if arguments.targets:
        return _of_targets(arguments.targets, spec)
    if spec is None or spec.account is None:
        raise UsageError("there is no declaration here that says which registries are meant; name them, or pass --all")
    account, regions = spec.account, spec.regions
    return (), lambda host: host.ecr is not None and host.ecr.account == account and host.ecr.region in regions


def _of_targets(targets: Sequence[str], spec: "RegistrySpec | None") -> tuple[tuple[RegistryHost, ...], HostFilter]:
    """Return what each of *targets* means."""
    hosts: list[RegistryHost] = []
    wanted: list[HostFilter] = []
    for target in targets:
        refuse_secrets(target)
        region = as_region(target)
        if spec is not None and target in spec.accounts:
            wanted.append(_of_account(spec.accounts[target]))
        elif region is not None:
            wanted.append(_of_region(region))
        elif _names_a_host(target):
            hosts.append(RegistryHost.parse(target if "://" in target else target.partition("/")[0]))
        elif target[:1].isdigit():
            wanted.append(_of_account(AccountId.parse(target)))
        else:
            hint = did_you_mean(target, spec.accounts) if spec else "There is no declaration here that could name it"
            raise UsageError(f"{quoted(target)} is not a registry host, account or Region. {hint}".rstrip(". "))
    return tuple(hosts), (lambda host: any(each(host) for each in wanted)) if wanted else _no_other


def _no_other(_: RegistryHost) -> bool:
    return False


def _of_account(account: AccountId) -> HostFilter:
    return lambda host: host.ecr is not None and host.ecr.account == account


def _of_region(region: Region) -> HostFilter:
    return lambda host: host.ecr is not None and host.ecr.region == region


def _names_a_host(target: str) -> bool:
    """Whether *target* is a host, perhaps with a repository behind it: a name of an account has no dot."""
    host = target.partition("/")[0]
    return "/" in target or "." in host or ":" in host or host == "localhost"

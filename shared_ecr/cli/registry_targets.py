"""Which registries people mean on the command line: by account, name, Region, host or stack."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import InvalidValueError, UnavailableError, UsageError
from shared_ecr.model.names import AccountId, EcrRegistry, Region, RegistryHost
from shared_ecr.model.names.registry_host import ECR_PUBLIC_HOSTS
from shared_ecr.model.names.secrets_in_addresses import refuse_secrets
from shared_ecr.records import record
from shared_ecr.text import did_you_mean, quoted

if TYPE_CHECKING:
    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.model.registry import RegistrySpec

DECLARATION = Path("registry.yaml")


@record
class KnownRegistries:
    """What targets are resolved against; empty where there is no declaration."""

    accounts: Mapping[str, AccountId]
    account: AccountId | None
    regions: tuple[Region, ...]


def resolve(targets: Sequence[str], known: KnownRegistries) -> tuple[EcrRegistry, ...]:
    """Return the registries that *targets* mean, each once and in order; without targets, the declaration's.

    Raises:
        UsageError: a target is not what a target can be, or what completes it is not known.
        InvalidValueError: an account id has a wrong number of digits.
    """
    if not targets:
        found = _in_regions(_account(known, "the registries"), known)
    else:
        found = [registry for target in targets for registry in _meant(target, known)]
    return tuple(dict.fromkeys(found))


def hosts_meant(targets: Sequence[str], known: KnownRegistries) -> tuple[RegistryHost, ...]:
    """Return the hosts of ECR that *targets* mean, ECR Public among them; otherwise like `resolve`."""
    if not targets:
        return tuple(registry.host for registry in resolve((), known))
    hosts: list[RegistryHost] = []
    for target in targets:
        host = target.partition("/")[0]
        if host in ECR_PUBLIC_HOSTS:
            hosts.append(RegistryHost(host))
        else:
            hosts += [registry.host for registry in resolve((target,), known)]
    return tuple(dict.fromkeys(hosts))


def is_complete(target: str) -> bool:
    """Whether *target* says by itself which registry it means: a registry host or a repository URI."""
    return "/" in target or ".dkr" in target or target in ECR_PUBLIC_HOSTS


def _meant(target: str, known: KnownRegistries) -> list[EcrRegistry]:
    """Return the registries one target means."""
    refuse_secrets(target)
    if is_complete(target):
        # A scheme is not a path: the host's own parser refuses it and names the repair.
        host = target if "://" in target else target.partition("/")[0]
        registry = RegistryHost.parse(host).ecr
        if registry is None:
            raise _not_ecr(target)
        return [registry]
    if target in known.accounts:
        return _in_regions(known.accounts[target], known)
    region = as_region(target)
    if region:
        return [EcrRegistry(_account(known, f"the registry in {region}"), region)]
    if target[:1].isdigit():
        return _in_regions(AccountId.parse(target), known)
    if "." in target or ":" in target:
        raise _not_ecr(target)
    names = [*known.accounts, *map(str, known.regions)]
    hint = did_you_mean(target, names) if names else "There is no declaration here that could name it"
    raise UsageError(
        f"{quoted(target)} is not an account, Region, registry host or repository URI. {hint}".rstrip(". ")
    )


def _not_ecr(target: str) -> UsageError:
    return UsageError(
        f"{quoted(target)} is not in a private ECR registry, and no other registry is sent an ECR token. Log in to "
        "another registry with --username"
    )


def as_region(text: str) -> Region | None:
    """Return the Region *text* names, or None."""
    try:
        return Region.parse(text)
    except InvalidValueError:
        return None


def _in_regions(account: AccountId, known: KnownRegistries) -> list[EcrRegistry]:
    if not known.regions:
        raise UsageError(f"no Region is known for account {account}; pass --region, or --file with a declaration")
    return [EcrRegistry(account, region) for region in known.regions]


def _account(known: KnownRegistries, of_what: str) -> AccountId:
    if known.account is None:
        raise UsageError(f"no account is known for {of_what}; pass --file with a declaration, or name the account")
    return known.account


def known_registries(
    arguments: argparse.Namespace, regions: tuple[Region, ...], clients: "AwsClients"
) -> KnownRegistries:
    """Read the declaration where it is needed, let --region replace its Regions; without one, ask who calls."""
    if arguments.targets and all(map(is_complete, arguments.targets)):
        return KnownRegistries({}, None, regions)
    spec = declared(arguments)
    if spec:
        return KnownRegistries(spec.accounts, spec.account, regions or spec.regions)
    meant = [region for region in map(as_region, arguments.targets) if region]
    if not arguments.targets:
        meant += regions
    return KnownRegistries({}, clients.caller_account(meant[0]) if meant else None, regions)


def declared(arguments: argparse.Namespace) -> "RegistrySpec | None":
    """Read the declaration named, or the one in this folder; None where there is none."""
    file: Path | None = arguments.file or (DECLARATION if DECLARATION.exists() else None)
    if file is None:
        return None
    from shared_ecr.declaration import load

    return load(file, os.environ).registry


def hosts_of_stack(
    clients: "AwsClients", arguments: argparse.Namespace, regions: tuple[Region, ...]
) -> tuple[RegistryHost, ...]:
    """Return the registries that hold the repositories of a deployed stack."""
    from shared_ecr.client.aws.deployed import deployed_registry

    if arguments.targets:
        raise UsageError("the outputs of --stack name the registries; leave out the targets, or leave out --stack")
    if not regions:
        spec = declared(arguments)
        regions = spec.regions if spec else ()
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

"""`shared-ecr images`: take an inventory of the images in ECR, for `fate` and for the record."""

import argparse
import os
import sys
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.inventory_taking import InventoryTaking
from shared_ecr.cli.options import StepLog, Subcommands, add_file, add_format, named_path
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.fate.images import RepositoryImages
    from shared_ecr.model.names import EcrRegistry
    from shared_ecr.model.registry import RegistrySpec


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "images",
        help="take an inventory of the images in ECR",
        description="Read every image of the repositories from ECR, with the images that each index lists and the time "
        "of each last pull. Save the result for 'shared-ecr fate'. Prints a line for each repository.",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="the repositories (default: the declared ones, or all)"
    )
    parser.add_argument("--save", type=named_path, metavar="FILE", help="write the inventory as JSON")
    parser.add_argument(
        "--region", action="append", default=[], metavar="REGION", help="may be repeated (default: the declared ones)"
    )
    parser.add_argument(
        "--account", metavar="ID", help="whose registry (default: the declared account, or the caller's)"
    )
    parser.add_argument(
        "--in-use",
        action="append",
        default=[],
        choices=("ecs", "lambda", "inspector", "kubernetes"),
        help="ask which images run: ECS, Lambda, Amazon Inspector for ECS and EKS in the accounts that it watches, or "
        "through kubectl the cluster of its current context",
    )
    add_file(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Take the inventory, save what could be read, and print what there is; exit 3 where something could not be."""
    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.fate.costs import StorageTotal
    from shared_ecr.fate.inventory import Inventory
    from shared_ecr.fate.inventory.saving import save
    from shared_ecr.text import counted, size

    spec = declared(arguments.file)
    with closing(AwsClients()) as clients:
        homes = tuple(registries(arguments, spec, clients))
        taken = InventoryTaking(clients, StepLog())
        for registry in homes:
            what = f"the list of repositories in {registry.region}"
            for name in taken.of(what, partial(chosen, arguments, spec, clients, registry)):
                taken.read_images(registry, name)
        taken.read_uses(arguments.in_use, homes)
    if taken.first_error and not taken.repositories:
        raise taken.first_error
    repositories = tuple(sorted(taken.repositories, key=lambda each: (each.name, each.region)))
    if arguments.save:
        inventory = Inventory(repositories, tuple(dict.fromkeys(taken.uses)))
        save(inventory, arguments.save, datetime.now(UTC), taken.unread, taken.unknown)
    if arguments.format == "json":
        _print_json(repositories)
    else:
        for repository in repositories:
            images = counted(len(repository.images), "image")
            print(f"{repository.title}  {images}  {size(StorageTotal.of(repository.images).bytes)}")
    for part in taken.unread:
        print(f"not read: {part.what}: {part.why}", file=sys.stderr)
    return ExitCode.ENVIRONMENT if taken.unread else ExitCode.DONE


def _print_json(repositories: "Sequence[RepositoryImages]") -> None:
    import json

    from shared_ecr.fate.costs import StorageTotal

    rows = [
        {
            "name": each.name,
            "region": each.region,
            "images": len(each.images),
            "bytes": StorageTotal.of(each.images).bytes,
        }
        for each in repositories
    ]
    print(json.dumps({"repositories": rows}, indent=2))


def declared(file: Path) -> "RegistrySpec | None":
    """Return the declaration, where there is one."""
    if not file.exists():
        return None
    from shared_ecr.declaration import load

    return load(file, os.environ).registry


def registries(
    arguments: argparse.Namespace, spec: "RegistrySpec | None", clients: "AwsClients"
) -> "list[EcrRegistry]":
    """Return the registries that are meant: of the account and the Regions given, declared, or the caller's."""
    import os

    from shared_ecr.model.names import AccountId, EcrRegistry, Region

    named = arguments.region if isinstance(arguments.region, list) else [arguments.region or ""]
    regions = [Region.parse(text) for text in named if text] or (list(spec.regions) if spec else [])
    if not regions:
        text = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if not text:
            raise UsageError("no Region is known: pass --region, set AWS_REGION, or run where the declaration is")
        regions = [Region.parse(text)]
    given = getattr(arguments, "account", None)
    declared_account = spec.account if spec else None
    account = AccountId.parse(given) if given else declared_account or clients.caller_account(regions[0])
    return [EcrRegistry(account, region) for region in regions]


def chosen(
    arguments: argparse.Namespace, spec: "RegistrySpec | None", clients: "AwsClients", registry: "EcrRegistry"
) -> tuple[str, ...]:
    """Return the repositories that are meant: those named, declared, or all of the registry."""
    if arguments.names:
        return tuple(arguments.names)
    if spec:
        return tuple(repository.name.text for repository in spec.repositories)
    from shared_ecr.client.aws.inventory import repository_names

    return repository_names(clients, registry)

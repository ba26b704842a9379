"""The repositories whose cost is asked for: of an inventory and the declaration, or of the live registry."""

import argparse
import os
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import UsageError
from shared_ecr.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared_ecr.cli.inventory_taking import InventoryTaking
    from shared_ecr.documents.live import LiveRegistry
    from shared_ecr.fate.price_list import PriceList
    from shared_ecr.fate.spending import StoredRepository
    from shared_ecr.model.names import Region

# What a cost needs of a live repository besides its images. Other denied reads do not matter to it.
_POLICY, _TAGS = "ecr:GetLifecyclePolicy", "ecr:ListTagsForResource"


@record
class CostInput:
    """What is stored, and what could not be read, so that no sum is taken for the whole."""

    repositories: "tuple[StoredRepository, ...]"
    missing: tuple[str, ...] = ()
    """A sentence for each part that is not in the sums, or not whole."""
    warnings: tuple[str, ...] = ()


def price_list(arguments: argparse.Namespace) -> "PriceList":
    """Return the prices that are meant: one for all Regions, those of a file, or those of this release."""
    from shared_ecr.fate.costs import Prices
    from shared_ecr.fate.price_list import PriceList, load_prices

    if arguments.prices:
        if arguments.price is not None or arguments.archive_price is not None:
            raise UsageError("--prices FILE has the prices of each Region; leave --price and --archive-price out")
        return load_prices(arguments.prices)
    if arguments.price is None:
        if arguments.archive_price is not None:
            raise UsageError("--archive-price needs --price: both are of one Region")
        return load_prices()
    archive = arguments.price if arguments.archive_price is None else arguments.archive_price
    return PriceList(for_all=Prices(arguments.price, archive, arguments.currency))


def saved_repositories(arguments: argparse.Namespace, now: datetime) -> CostInput:
    """Return the repositories of an inventory with the policies and tags of the declaration."""
    from shared_ecr.cli.inventory_inputs import inventory
    from shared_ecr.declaration.policy_sources import declared_policies
    from shared_ecr.fate.spending import StoredRepository

    policies = declared_policies(arguments.file, os.environ)
    read = inventory(arguments, now)
    declared = policies.registry.repositories if policies.registry else ()
    regions = policies.registry.regions if policies.registry else ()
    only = regions[0].name if len(regions) == 1 else ""
    tags = {str(each.name): dict(each.tags) for each in declared}
    found = tuple(
        StoredRepository(
            each,
            policies.of(each.name),
            is_policy_known=each.name in tags,
            tags=tags.get(each.name, {}),
            region=each.region or only,
        )
        for each in read.repositories
        if each.name
    )
    there = {each.images.name for each in found}
    absent = (f"{name} is declared, but the inventory does not have it" for name in sorted(tags.keys() - there))
    unread = (each.what for each in read.warnings if each.code == "inventory-partial")
    others = (str(each) for each in read.warnings if each.code != "inventory-partial")
    foreign = (
        f"warning: {name} is not declared: what its policy saves is not known" for name in sorted(there - tags.keys())
    )
    return CostInput(found, (*unread, *absent), (*others, *foreign))


def live_repositories(arguments: argparse.Namespace) -> CostInput:
    """Read images, lifecycle policies and tags from the registry, read-only.

    Raises:
        RefusedError: AWS denies a part, and `--partial` is not given.
    """
    from shared_ecr.cli.inventory_taking import InventoryTaking
    from shared_ecr.cli.live_options import declared_registry, live_regions, read_live
    from shared_ecr.cli.options import StepLog
    from shared_ecr.client.aws.clients import AwsClients

    regions = live_regions(arguments, declared_registry(arguments.file))
    everything = argparse.Namespace(rate=arguments.rate, partial=True)
    found: list[StoredRepository] = []
    missing: list[str] = []
    for region in regions:
        live = read_live(everything, region)
        with closing(AwsClients()) as clients:
            taken = InventoryTaking(clients, StepLog())
            for repository in live.repositories:
                taken.read_images(live.home, repository.name)
        found += _with_live_policies(live, taken)
        missing += [f"{part.what}: {part.why}" for part in taken.unread]
        missing += _denied(live, region)
        if taken.first_error and not arguments.partial:
            raise taken.first_error
    if missing and not arguments.partial:
        from shared_ecr.findings.errors import RefusedError
        from shared_ecr.text import first_few

        raise RefusedError(
            f"a part of the registry could not be read: {first_few(missing)}. A sum without it would be too small. "
            "Allow the actions of docs/reference/live.md, or pass --partial to see the cost of the rest"
        )
    return CostInput(tuple(found), tuple(missing))


def _denied(live: "LiveRegistry", region: "Region") -> "Iterator[str]":
    for part in live.unread:
        if part.action in {_POLICY, _TAGS}:
            yield f"{part.repository} in {region}: {part.action} was denied"


def _with_live_policies(live: "LiveRegistry", taken: "InventoryTaking") -> "Iterator[StoredRepository]":
    from shared_ecr.documents.live.live_registry import tag_pairs
    from shared_ecr.fate.live_policies import live_policies
    from shared_ecr.fate.spending import StoredRepository

    policies = live_policies(live)
    tags = {each.name: dict(tag_pairs(each.properties.get("Tags"))) for each in live.repositories}
    for each in taken.repositories:
        yield StoredRepository(
            each,
            policies.of(each.name),
            is_policy_known=not live.is_unread(each.name, _POLICY),
            tags=None if live.is_unread(each.name, _TAGS) else tags.get(each.name, {}),
            region=live.region.name,
        )

"""Backfills on the command line: what one would replicate, the question before it, and how far it is."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from shared_ecr.cli.confirmation import confirm
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.replication_backfills import Backfill
    from shared_ecr.model.names import EcrRegistry


def print_all_backfills(arguments: argparse.Namespace, clients: "AwsClients", registry: "EcrRegistry") -> int:
    """Print the backfills that ECR keeps."""
    from shared_ecr.client.replication_backfills import backfills

    return _printed(arguments, list(backfills(clients, registry)))


def run_backfill(arguments: argparse.Namespace, clients: "AwsClients", registry: "EcrRegistry") -> int:
    """Say what a backfill would replicate, or ask, start it, and wait for its end where that is asked for."""
    from shared_ecr.client.replication import read_rules
    from shared_ecr.client.replication_backfills import ended, rounds, start_backfill

    rules = read_rules(clients, registry)
    destinations = _chosen(arguments.destinations, rules.destinations, registry)
    if arguments.dry_run:
        from shared_ecr.client.aws.inventory import repository_names

        names = repository_names(clients, registry)
        for destination in destinations:
            meant = [name for name in names if destination in rules.of_repository(name)]
            _print_estimate(clients, registry, destination, meant)
        return ExitCode.DONE
    in_rounds = rounds(destinations)
    if len(in_rounds) > 1 and arguments.wait is None:
        raise UsageError(
            "ECR runs one backfill for a Region at a time, and ten in all, so these destinations need several rounds: "
            "pass --wait to run one after the other, or choose with --to ACCOUNT/REGION"
        )
    if not arguments.yes:
        _confirm(destinations)
    done: list[Backfill] = []
    for together in in_rounds:
        started = []
        for each in together:
            started.append(start_backfill(clients, registry, each))
            # Printed at once: a refusal of the next one must not hide it.
            print(started[-1], file=sys.stderr, flush=True)
        if arguments.wait is None:
            return _printed(arguments, started)
        done += ended(clients, registry, started, arguments.wait)
    _printed(arguments, done)
    return ExitCode.FINDINGS if any(each.has_failures for each in done) else ExitCode.DONE


def _chosen(
    asked: "Sequence[str]", configured: "Sequence[EcrRegistry]", registry: "EcrRegistry"
) -> "Sequence[EcrRegistry]":
    from shared_ecr.model.names import AccountId, EcrRegistry, Region
    from shared_ecr.text import listed

    if not configured:
        raise UsageError(f"the registry in {registry.region} replicates nowhere; declare and deploy a rule first")
    chosen = []
    for text in asked:
        account, _, region = text.rpartition("/")
        place = EcrRegistry(AccountId.parse(account) if account else registry.account, Region.parse(region))
        if place not in configured:
            known = listed([f"{each.account}/{each.region}" for each in configured], "and")
            raise UsageError(f"{place.account}/{place.region} is not a destination of a rule; the rules have {known}")
        chosen.append(place)
    return tuple(dict.fromkeys(chosen)) or configured


def _print_estimate(
    clients: "AwsClients", registry: "EcrRegistry", destination: "EcrRegistry", names: "Sequence[str]"
) -> None:
    """Print what a backfill would be for; images that are there already are among it, since ECR has no list of them."""
    from shared_ecr.client.aws.selected_images import SelectedImages, image_details
    from shared_ecr.text import counted, size

    images = [
        detail
        for name in names
        for detail in image_details(clients, SelectedImages(registry, name))
        if detail.get("imageStatus", "ACTIVE") == "ACTIVE"
    ]
    total = sum(int(detail.get("imageSizeInBytes", 0)) for detail in images)
    print(
        f"would replicate to {destination.account} in {destination.region}: at most "
        f"{counted(len(images), 'image')} of {counted(len(names), 'repository', 'repositories')}, {size(total)}"
    )


def _confirm(destinations: "Sequence[EcrRegistry]") -> None:
    lines = (f"replicate every image that the rules name to {each.account} in {each.region}" for each in destinations)
    question = "The destinations pay for storage, and the transfer is charged; --dry-run shows how much. Start?"
    confirm(lines, question, verb="start", done="started")


def _printed(arguments: argparse.Namespace, found: "Sequence[Backfill]") -> int:
    if arguments.format == "json":
        rows = [
            {
                "id": each.id,
                "account": str(each.destination.account),
                "region": str(each.destination.region),
                "status": each.status,
                "total": each.total,
                "completed": each.completed,
                "failed": each.failed,
                "failure_codes": list(each.failure_codes),
            }
            for each in found
        ]
        print(json.dumps({"backfills": rows}, indent=2))
    else:
        for each in found:
            print(each)
    return ExitCode.DONE

"""`shared-ecr replicate`: the replicas of images, which of them are missing, and the backfill of older images."""

import argparse
import json
import sys
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from shared_ecr.cli.confirmation import confirm
from shared_ecr.cli.image_selection import add_images, home, selected_images
from shared_ecr.cli.options import Subcommands, add_format
from shared_ecr.cli.restore import duration
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.replication import Backfill, ReplicatedImage
    from shared_ecr.model.names import EcrRegistry

_NEWEST = 20
_EPILOG = """\
shared-ecr replicate team/app              the replicas of its newest images; exits 1 where one is missing
shared-ecr replicate --backfill --dry-run  which destinations and images a backfill would be for
shared-ecr replicate --backfill --to eu-west-1 --wait
"""


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "replicate",
        help="show the replicas of images, and replicate images that are older than the rule",
        description="Show what became of the replication of images, with read-only calls; exits 1 where a replica is "
        "missing. With --backfill: let ECR replicate every image that was there before the rule; ECR does that for "
        "all repositories of the rules, one destination at a time. Reference: docs/how-to/replicate.md",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_images(parser, at_least="*")
    parser.add_argument(
        "--newest", type=_number, default=_NEWEST, metavar="N",
        help=f"how many images of each repository are looked at, one request each (default: {_NEWEST})",
    )  # fmt: skip
    parser.add_argument("--backfill", action="store_true", help="replicate what is older than the rules")
    parser.add_argument("--backfills", action="store_true", help="list the backfills of the last 90 days")
    parser.add_argument(
        "--to", action="append", default=[], metavar="REGION", dest="destinations",
        help="with --backfill: REGION or ACCOUNT/REGION; may be repeated (default: every destination of the rules)",
    )  # fmt: skip
    parser.add_argument("--yes", "-y", action="store_true", help="start backfills without asking")
    parser.add_argument("--dry-run", action="store_true", help="print what would be replicated, and start nothing")
    parser.add_argument(
        "--wait", nargs="?", type=duration, const=timedelta(minutes=30), metavar="TIME",
        help="wait until the backfills have ended, for at most TIME, such as 2h (default: 30m)",
    )  # fmt: skip
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the replicas, list the backfills, or start some."""
    from shared_ecr.client.aws.clients import AwsClients

    if sum((bool(arguments.images), arguments.backfill, arguments.backfills)) != 1:
        raise UsageError("name images or repositories, or pass either --backfill or --backfills")
    if not arguments.backfill and (arguments.destinations or arguments.dry_run or arguments.wait):
        raise UsageError("--to, --dry-run and --wait belong to --backfill")
    with closing(AwsClients()) as clients:
        if arguments.images:
            return _replicas(arguments, clients)
        registry = home(arguments, clients)
        _require_own(clients, registry)
        if arguments.backfills:
            from shared_ecr.client.replication import backfills

            return _printed(arguments, list(backfills(clients, registry)))
        return _backfill(arguments, clients, registry)


def _require_own(clients: "AwsClients", registry: "EcrRegistry") -> None:
    """Refuse another account's registry: DescribeRegistry has the rules of the caller's alone."""
    caller = clients.caller_account(registry.region)
    if caller != registry.account:
        raise UsageError(
            f"the rules of the registry {registry.account} are for its own account alone; these credentials are those "
            f"of {caller}: choose others with --profile"
        )


def _replicas(arguments: argparse.Namespace, clients: "AwsClients") -> int:
    from shared_ecr.client.replication import read_rules, replicated_images

    selected = selected_images(arguments, clients)
    for each in selected:
        _require_own(clients, each.registry)
    rules = {each.registry: read_rules(clients, each.registry) for each in selected}
    found = [
        image for each in selected for image in replicated_images(clients, rules[each.registry], each, arguments.newest)
    ]
    if arguments.format == "json":
        print(json.dumps({"images": [_row(image) for image in found]}, indent=2))
    else:
        for image in found:
            for replica in image.replicas:
                place = f"{replica.destination.account} in {replica.destination.region}"
                print(f"{replica.status:<11}  {image} to {place}{f': {replica.failure}' if replica.failure else ''}")
            if not image.replicas:
                print(f"no rule      {image}")
    missing = sum(image.is_missing for image in found)
    if missing:
        print(
            "missing replicas: push the image again, or let 'shared-ecr replicate --backfill' replicate what is older "
            "than the rule; a FAILED one needs the cause of its failure repaired first",
            file=sys.stderr,
        )
    return ExitCode.FINDINGS if missing else ExitCode.DONE


def _backfill(arguments: argparse.Namespace, clients: "AwsClients", registry: "EcrRegistry") -> int:
    from shared_ecr.client.replication import ended, read_rules, start_backfill

    rules = read_rules(clients, registry)
    destinations = _chosen(arguments.destinations, rules.destinations, registry)
    if arguments.dry_run:
        from shared_ecr.client.aws.inventory import repository_names

        names = repository_names(clients, registry)
        for destination in destinations:
            meant = [name for name in names if destination in rules.of_repository(name)]
            _print_estimate(clients, registry, destination, meant)
        return ExitCode.DONE
    if not arguments.yes:
        _confirm(destinations)
    started = [start_backfill(clients, registry, each) for each in destinations]
    if arguments.wait is None:
        return _printed(arguments, started)
    for each in started:
        print(each, file=sys.stderr, flush=True)
    done = ended(clients, registry, started, arguments.wait)
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
            known = listed([f"{each.account}/{each.region}" for each in configured])
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


def _row(image: "ReplicatedImage") -> dict[str, object]:
    return {
        "repository": image.repository,
        "digest": image.digest,
        "tags": list(image.tags),
        "replicas": [
            {
                "account": str(each.destination.account),
                "region": str(each.destination.region),
                "status": str(each.status),
                "failure": each.failure,
            }
            for each in image.replicas
        ],
    }


def _number(text: str) -> int:
    if not (text.isdecimal() and text.isascii() and 1 <= int(text[:6]) <= 10_000):  # noqa: PLR2004 — a quarter of an hour
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 10000, found '{text}'")
    return int(text)

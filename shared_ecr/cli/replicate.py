"""`shared-ecr replicate`: the replicas of images, which of them are missing, and the backfill of older images."""

import argparse
import json
import sys
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from shared_ecr.cli.backfills import print_all_backfills, run_backfill
from shared_ecr.cli.durations import waiting_time
from shared_ecr.cli.image_selection import add_images, home, selected_images
from shared_ecr.cli.options import Subcommands, add_format
from shared_ecr.cli.parser import HelpAsWritten
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.replication import ReplicatedImage
    from shared_ecr.model.names import EcrRegistry

_NEWEST = 20
_EPILOG = """\
shared-ecr replicate team/app              the replicas of its newest images; exits 1 where one is missing
shared-ecr replicate --backfill --dry-run  the destinations and images that a backfill would copy
shared-ecr replicate --backfill --to eu-west-1 --wait
"""


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "replicate",
        help="show the replicas of images, or replicate images that are older than the rule",
        description="Show the state of the replication of images, with read-only calls; exits 1 where a replica is "
        "missing. With --backfill: let ECR replicate every image that is older than the rule. ECR does that for all "
        "repositories of the rules, one destination at a time. Reference: docs/how-to/replicate.md",
        epilog=_EPILOG,
        formatter_class=HelpAsWritten,
    )
    add_images(parser, at_least="*")
    parser.add_argument(
        "--newest", type=_number, default=_NEWEST, metavar="N",
        help=f"how many images of each repository to look at; each takes one request (default: {_NEWEST})",
    )  # fmt: skip
    parser.add_argument("--backfill", action="store_true", help="replicate images that are older than the rules")
    parser.add_argument("--backfills", action="store_true", help="list the backfills of the last 90 days")
    parser.add_argument(
        "--to", action="append", default=[], metavar="REGION", dest="destinations",
        help="with --backfill: REGION or ACCOUNT/REGION; may be repeated (default: every destination of the rules)",
    )  # fmt: skip
    parser.add_argument("--yes", "-y", action="store_true", help="start backfills without asking")
    parser.add_argument("--dry-run", action="store_true", help="print what would be replicated, and start nothing")
    parser.add_argument(
        "--wait", nargs="?", type=waiting_time, const=timedelta(minutes=30), metavar="TIME",
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
            return print_all_backfills(arguments, clients, registry)
        return run_backfill(arguments, clients, registry)


def _require_own(clients: "AwsClients", registry: "EcrRegistry") -> None:
    """Refuse another account's registry: DescribeRegistry has the rules of the caller's alone."""
    caller = clients.caller_account(registry.region)
    if caller != registry.account:
        raise UsageError(
            f"only the account {registry.account} can read the rules of its registry; these credentials are those of "
            f"{caller}: choose others with --profile"
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
    for each in selected:
        looked_at = sum((image.registry, image.repository) == (each.registry, each.repository) for image in found)
        if each.image is not None and not looked_at:
            print(f"{each} is archived, and archived images are not replicated", file=sys.stderr)
        if each.image is None and looked_at == arguments.newest:
            print(f"{each}: only the newest {arguments.newest} images were looked at; raise --newest", file=sys.stderr)
    missing = sum(image.is_missing for image in found)
    if missing:
        print(
            "missing replicas: push the image again, or let 'shared-ecr replicate --backfill' replicate what is older "
            "than the rule; repair the cause of a FAILED replica first",
            file=sys.stderr,
        )
    return ExitCode.FINDINGS if missing else ExitCode.DONE


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
        raise argparse.ArgumentTypeError("expected a number from 1 to 10000")
    return int(text)

"""`shared-ecr cost`: what the images cost a month, and what the lifecycle policies save."""

import argparse
import json
import sys
from datetime import UTC, datetime

from shared_ecr.cli.inventory_inputs import add_inventory, add_now, price, time
from shared_ecr.cli.live_options import add_pace
from shared_ecr.cli.options import Subcommands, add_file, add_format, named_path
from shared_ecr.findings.errors import ExitCode, UsageError

_REPOSITORY = "repository"


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "cost",
        help="report what the images cost a month, and what the lifecycle policies save",
        description="Add up what an inventory or the live registry stores, by repository or by a resource tag, the "
        "most expensive first. A layer that several images share is counted for each of them, so the sums are an upper "
        "bound. A Region whose price is not known has an unknown cost. Reference: docs/reference/cost.md",
    )
    add_inventory(parser)
    parser.add_argument(
        "--live",
        action="store_true",
        help="read images, policies and tags from the registry (needs credentials, reads only)",
    )
    parser.add_argument(
        "--region",
        action="append",
        default=[],
        metavar="REGION",
        help="with --live: may be repeated (default: the declared ones)",
    )
    add_pace(parser)
    parser.add_argument(
        "--by",
        default=_REPOSITORY,
        metavar="TAG",
        help="group by this resource tag, such as team (default: by repository)",
    )
    add_file(parser)
    add_now(parser)
    parser.add_argument("--until", type=time, metavar="DATE", help="apply the policies day by day, up to this date")
    parser.add_argument(
        "--prices", type=named_path, metavar="FILE", help="a price list by Region (default: that of this release)"
    )
    parser.add_argument("--price", type=price, metavar="P", help="the price of one GB for one month, in all Regions")
    parser.add_argument(
        "--archive-price", type=price, metavar="P", help="the price in the archive (default: that of --price)"
    )
    parser.add_argument("--currency", default="USD", metavar="CODE", help="the currency of --price (default: USD)")
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the table."""
    from shared_ecr.cli.cost_inputs import live_repositories, price_list, saved_repositories
    from shared_ecr.cli.cost_output import CostReport, render_document, render_text
    from shared_ecr.fate.spending import SpendingQuestion, spending

    if bool(arguments.images) == arguments.live:
        raise UsageError(
            "name an inventory with --images FILE ('shared-ecr images --save FILE' makes one), or pass --live; not both"
        )
    prices = price_list(arguments)
    now = arguments.now or datetime.now(UTC)
    if arguments.until and arguments.until < now:
        raise UsageError(f"--until {arguments.until.isoformat()} is before {now.isoformat()}")
    read = live_repositories(arguments) if arguments.live else saved_repositories(arguments, now)
    for warning in read.warnings:
        print(warning, file=sys.stderr)
    tag = "" if arguments.by == _REPOSITORY else arguments.by
    groups = spending(read.repositories, SpendingQuestion(now, prices, arguments.until, tag))
    report = CostReport(
        groups, read, prices, arguments.by, arguments.until.date().isoformat() if arguments.until else ""
    )
    if arguments.format == "json":
        print(json.dumps(render_document(report), indent=2))
    else:
        for line in render_text(report):
            print(line)
    return ExitCode.DONE

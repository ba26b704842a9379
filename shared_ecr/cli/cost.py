"""`shared-ecr cost`: what the images cost a month, and what the lifecycle policies will save."""

import argparse
import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared_ecr.cli.inventory_inputs import add_inventory, add_now, inventory, time
from shared_ecr.cli.options import Subcommands, add_file, add_format
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.fate.costs import Prices
    from shared_ecr.fate.spending import Spending

_REPOSITORY = "repository"


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "cost",
        help="say what the images cost a month, and what the lifecycle policies will save",
        description="Add up what an inventory stores, by repository or by a resource tag of the declaration, the most "
        "expensive first. Layers that images share are counted in each, so the sums are an upper bound. Prices differ "
        "by Region: look yours up on https://aws.amazon.com/ecr/pricing/.",
    )
    add_inventory(parser)
    parser.add_argument(
        "--by", default=_REPOSITORY, metavar="TAG", help="group by this resource tag, like team (default: repository)"
    )
    add_file(parser)
    add_now(parser)
    parser.add_argument("--until", type=time, metavar="DATE", help="play the policies forward to this day")
    parser.add_argument("--price", type=float, default=0.10, metavar="P", help="of a GB and month (default: 0.10)")
    parser.add_argument("--archive-price", type=float, default=0.10, metavar="P", help="in the archive (default: 0.10)")
    parser.add_argument("--currency", default="USD", metavar="CODE", help="of the prices (default: USD)")
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the table."""
    from shared_ecr.declaration.policy_sources import declared_policies
    from shared_ecr.fate.costs import Prices
    from shared_ecr.fate.report import FateRequest, report
    from shared_ecr.fate.spending import spending

    if not arguments.images:
        raise UsageError("name an inventory: --images FILE; 'shared-ecr images --save FILE' makes one")
    for option, price in (("--price", arguments.price), ("--archive-price", arguments.archive_price)):
        if not 0 <= price < float("inf"):
            raise UsageError(f"{option} {price} is not a price")
    now = arguments.now or datetime.now(UTC)
    if arguments.until and arguments.until < now:
        raise UsageError(f"--until {arguments.until.isoformat()} is before {now.isoformat()}")
    policies = declared_policies(arguments.file, os.environ)
    prices = Prices(arguments.price, arguments.archive_price, arguments.currency)
    request = FateRequest(now, (), None, arguments.until, timedelta(days=30), prices)
    made = report(inventory(arguments, now), policies, request)
    declared = policies.registry.repositories if policies.registry else ()
    tags = {str(each.name): dict(each.tags) for each in declared}
    tag = "" if arguments.by == _REPOSITORY else arguments.by
    found = spending(made.outcomes, prices, tag, tags)
    if arguments.format == "json":
        print(json.dumps(_document(found, prices, arguments.by), indent=2))
    else:
        for line in _lines(found, prices, arguments.by):
            print(line)
    return ExitCode.DONE


def _document(found: "Sequence[Spending]", prices: "Prices", by: str) -> dict[str, object]:
    return {
        "by": by,
        "prices": {"standard": prices.standard, "archive": prices.archive, "currency": prices.currency},
        "groups": [
            {
                "name": each.name,
                "repositories": each.repositories,
                "images": each.now.images,
                "standard_bytes": each.now.standard_bytes,
                "archive_bytes": each.now.archive_bytes,
                "monthly_cost": round(each.monthly_cost(prices), 4),
                "monthly_saving": round(each.monthly_saving(prices), 4),
            }
            for each in found
        ],
    }


def _lines(found: "Sequence[Spending]", prices: "Prices", by: str) -> "list[str]":
    from shared_ecr.text import counted, size, visible

    width = max((len(visible(each.name)) for each in found), default=0)
    lines = [
        f"{visible(each.name):<{width}}  {counted(each.now.images, 'image'):>14}  {size(each.now.bytes):>10}  "
        f"{each.monthly_cost(prices):>10,.2f} {prices.currency} a month, {each.monthly_saving(prices):,.2f} less later"
        for each in found
    ]
    cost = sum(each.monthly_cost(prices) for each in found)
    saving = sum(each.monthly_saving(prices) for each in found)
    one, many = ("repository", "repositories") if by == _REPOSITORY else (f"value of {by}", f"values of {by}")
    total = f"{counted(len(found), one, many)}: {cost:,.2f} {prices.currency} a month"
    return [*lines, "", f"{total}; the policies save {saving:,.2f} (layers counted in each image)"]

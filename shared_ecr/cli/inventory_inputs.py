"""The options for the inventory and the images in use, of `fate` and `review`."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.options import named_path
from shared_ecr.text.patterns import LazyPattern
from shared_ecr.text.times import time_in_utc

if TYPE_CHECKING:
    from shared_ecr.fate.inventory import Inventory

_REGION_FIRST = LazyPattern(r"([a-z]{2,}(?:-[a-z0-9]+)+-\d)=(.+)")

_FIRST_YEAR, _LAST_YEAR = 1970, 9000


def add_images(parser: argparse.ArgumentParser) -> None:
    """Add `--images`."""
    parser.add_argument(
        "--images",
        action="append",
        default=[],
        metavar="[REGION=]FILE",
        help="an inventory: of 'shared-ecr images --save' or 'aws ecr describe-images'; may be repeated",
    )


def add_inventory(parser: argparse.ArgumentParser) -> None:
    """Add `--images` and `--in-use`."""
    add_images(parser)
    parser.add_argument(
        "--in-use",
        action="append",
        default=[],
        type=named_path,
        metavar="FILE",
        help="a text file that names images in use",
    )


def add_now(parser: argparse.ArgumentParser) -> None:
    """Add `--now`: reports that can be repeated tomorrow."""
    parser.add_argument(
        "--now", type=time, metavar="TIME", help="evaluate the policies at this time, ISO 8601 (default: now)"
    )


def inventory(arguments: argparse.Namespace, now: datetime, fallback: str = "") -> "Inventory":
    """Read the inventories that *arguments* name.

    Args:
        arguments: with `images` and `in_use`.
        now: when they are read; for ages.
        fallback: the repository of images that do not say theirs.
    """
    from shared_ecr.fate.inventory import load_inventory, load_uses
    from shared_ecr.fate.inventory.loader import InventorySource
    from shared_ecr.records import replace

    sources = []
    for given in arguments.images:
        named = _REGION_FIRST.fullmatch(given)
        sources.append(InventorySource(Path(named[2]), named[1]) if named else InventorySource(Path(given)))
    loaded = load_inventory(sources, now, fallback)
    named_uses = [use for path in arguments.in_use for use in load_uses(path)]
    return replace(loaded, uses=(*loaded.uses, *named_uses))


def price(text: str) -> float:
    """Read a price of a GB and month."""
    try:
        read = float(text)
    except ValueError:
        read = -1.0
    # Not a number (NaN) compares false with every number.
    if not 0 <= read < float("inf"):
        raise argparse.ArgumentTypeError(
            "expected a price of one GB for one month: write 0 or a positive number, such as 0.10"
        )
    return read


def time(text: str) -> datetime:
    """Read a time or a day; UTC where no zone is given."""
    try:
        read = time_in_utc(text)
    except ValueError:
        read = None
    # Ages are counted back and days forward from it, and the calendar of Python ends with the year 9999.
    if read is None or not _FIRST_YEAR <= read.year <= _LAST_YEAR:
        raise argparse.ArgumentTypeError(
            f"expected a time from {_FIRST_YEAR} to {_LAST_YEAR}: write 2026-11-21 or 2026-11-21T09:30:00Z"
        )
    return read

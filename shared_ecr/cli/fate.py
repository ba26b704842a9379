"""`shared-ecr fate`: what the lifecycle policies will do with each image, before they run."""

import argparse
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.acknowledged import add_acknowledgements, counting
from shared_ecr.cli.inventory_inputs import add_inventory, add_now, inventory, price, time
from shared_ecr.cli.live_options import (
    add_pace,
    declared_registry,
    is_snapshot,
    live_regions,
    load_live,
    read_live,
    require_whole,
)
from shared_ecr.cli.options import Subcommands, add_file, named_path
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from shared_ecr.declaration.policy_sources import LifecycleSource
    from shared_ecr.fate.report import FateRequest
    from shared_ecr.fate.reports import Report


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "fate",
        help="lifecycle preview: which images expire, are archived or are kept, and why",
        description="Evaluate lifecycle policies over an inventory as AWS documents them: for each image its fate, the "
        "rule that decides, and why. Exits 1 when a finding blocks: images in use, images pulled lately, the last "
        "images of their kind, or more than a tenth of a repository that the change would expire. Reference: "
        "docs/reference/fate.md",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="the repositories to preview (default: all)")
    add_inventory(parser)
    parser.add_argument(
        "--policy", type=named_path, metavar="FILE", help="a bare policy for every repository, or a snapshot"
    )
    add_file(parser)
    add_acknowledgements(parser)
    add_now(parser)
    previous = parser.add_mutually_exclusive_group()
    previous.add_argument(
        "--against", type=named_path, metavar="FILE", help="show what changes against this policy, file or snapshot"
    )
    previous.add_argument(
        "--live", action="store_true", help="show what changes against the policies that the registry has now"
    )
    add_pace(parser)
    parser.add_argument("--until", type=time, metavar="DATE", help="apply the policies day by day, up to this date")
    parser.add_argument(
        "--pushes-of",
        type=int,
        default=30,
        metavar="DAYS",
        help="with --until: assume pushes as in the last DAYS days; 0 for none (default: 30)",
    )
    parser.add_argument(
        "--all", action="store_true", help="print a line for every image, including those that are kept"
    )
    parser.add_argument("--verify", action="store_true", help="compare with AWS's own preview (needs credentials)")
    parser.add_argument(
        "--region", metavar="REGION", help="with --verify or --live: the Region (default: the declared one)"
    )
    parser.add_argument(
        "--price", type=price, default=0.10, metavar="P", help="the price of one GB for one month (default: 0.10)"
    )
    parser.add_argument(
        "--archive-price", type=price, default=0.10, metavar="P", help="the price in the archive (default: 0.10)"
    )
    parser.add_argument("--currency", default="USD", metavar="CODE", help="the currency of the prices (default: USD)")
    parser.add_argument("--format", choices=("text", "markdown", "html", "json"), default="text", help="default: text")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the report; stdout is the report, the exit code its judgement."""
    from shared_ecr.fate.report import report

    policies = _policies(arguments)
    if arguments.verify:
        from shared_ecr.cli.verification import verify

        return verify(arguments, policies)
    if not arguments.images:
        raise UsageError("name an inventory: --images FILE; 'shared-ecr images --save FILE' makes one")
    for name in arguments.names:
        if Path(name).is_file():
            raise UsageError(f"{name} is a file, not a repository; write '--images {name}' for each file")
    question = _question(arguments, policies)
    fallback = arguments.names[0] if len(arguments.names) == 1 else ""
    made = report(inventory(arguments, question.now, fallback), policies, question)
    print(_rendered(made, arguments))
    return ExitCode.FINDINGS if made.blocks else ExitCode.DONE


def _policies(arguments: argparse.Namespace) -> "LifecycleSource":
    from shared_ecr.declaration.policy_sources import declared_policies

    if arguments.policy:
        return _loaded(arguments.policy)
    return declared_policies(arguments.file, os.environ)


def _previous(arguments: argparse.Namespace) -> "LifecycleSource | None":
    """Return the policies of the previous side, where one is asked for."""
    from shared_ecr.fate.live_policies import READ_BY, live_policies
    from shared_ecr.records import replace

    if arguments.against:
        return _loaded(arguments.against)
    if not arguments.live:
        return None
    regions = live_regions(arguments, declared_registry(arguments.file))
    region, *others = regions
    if others:
        listed = ", ".join(map(str, regions))
        raise UsageError(f"--live compares with one Region, and the declaration has {listed}; pass --region")
    arguments.repository = arguments.names
    is_partial, arguments.partial = arguments.partial, True
    live = read_live(arguments, region)
    # Nothing else of the registry is judged here.
    unread = tuple(part for part in live.unread if part.action == READ_BY)
    require_whole(replace(live, unread=unread), is_partial=is_partial)
    return live_policies(live)


def _loaded(path: Path) -> "LifecycleSource":
    """Read policies from a file of any kind, or from a snapshot."""
    from shared_ecr.declaration.policy_sources import load_policies
    from shared_ecr.fate.live_policies import live_policies

    return live_policies(load_live(path)) if is_snapshot(path) else load_policies(path, os.environ)


def _question(arguments: argparse.Namespace, policies: "LifecycleSource") -> "FateRequest":
    from shared_ecr.fate.costs import Prices
    from shared_ecr.fate.report import FateRequest

    now = arguments.now or datetime.now(UTC)
    if arguments.until and arguments.until < now:
        raise UsageError(f"--until {arguments.until.isoformat()} is before {now.isoformat()}")
    if arguments.pushes_of < 0:
        raise UsageError(f"--pushes-of {arguments.pushes_of} is not a number of days")
    against = _previous(arguments)
    previous = against.registry.acknowledged if against and against.registry else None
    return FateRequest(
        now,
        tuple(arguments.names),
        against,
        arguments.until,
        timedelta(days=arguments.pushes_of),
        Prices(arguments.price, arguments.archive_price, arguments.currency),
        counting(arguments, policies.registry, is_comparison=against is not None, previous=previous),
    )


def _rendered(made: "Report", arguments: argparse.Namespace) -> str:
    match arguments.format:
        case "json":
            import json

            from shared_ecr.fate.reports.documents import render_report

            return json.dumps(render_report(made), indent=2)
        case "markdown":
            from shared_ecr.fate.reports.markdown import render_markdown

            return render_markdown(made, everything=arguments.all)
        case "html":
            from shared_ecr.fate.reports.html import render_html

            return render_html(made)
        case _:
            from shared_ecr.fate.reports.text import render_text

            return render_text(made, everything=arguments.all)

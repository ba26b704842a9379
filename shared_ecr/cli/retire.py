"""`shared-ecr retire`: say whether a repository can be removed, and print the commands."""

import argparse
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.inventory_inputs import add_inventory, add_now, inventory
from shared_ecr.cli.live_options import add_pace, declared_registry, live_regions, load_live, read_live
from shared_ecr.cli.options import StepLog, Subcommands, add_file, add_format
from shared_ecr.cli.parser import HelpAsWritten
from shared_ecr.findings.errors import ExitCode, UsageError
from shared_ecr.text.times import known_time

if TYPE_CHECKING:
    from shared_ecr.deployment.adoption.retirement import RetirementFinding, RetirementQuestion
    from shared_ecr.documents.live import LiveRegistry
    from shared_ecr.fate.inventory import Inventory

_DAYS = 90
_EPILOG = """\
shared-ecr retire team/old                                       ask AWS: images, registry, ECS and Lambda
shared-ecr retire team/old --in-use pods.json --quiet 30         with what a cluster runs
shared-ecr retire team/old --images images.json --snapshot live.json      without credentials
"""


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "retire",
        help="say whether repositories can be removed: images in use, recent pulls and pushes, replicas",
        description="Look for reasons to keep repositories, with read-only calls. Exits 1 where "
        "something blocks; otherwise prints the commands and runs none. Reference: docs/how-to/retire.md",
        epilog=_EPILOG,
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="the repositories")
    add_inventory(parser)
    parser.add_argument("--snapshot", type=Path, metavar="FILE", help="with --images: a snapshot of the registry")
    parser.add_argument(
        "--running", action="append", default=[], choices=("ecs", "lambda", "inspector", "kubernetes"),
        help="the services to ask which images run; may be repeated (default: ecs and lambda, in this account)",
    )  # fmt: skip
    parser.add_argument(
        "--quiet", dest="quiet_time", type=_days, default=timedelta(days=_DAYS), metavar="DAYS",
        help=f"the number of days without a pull or a push that is required (default: {_DAYS})",
    )  # fmt: skip
    parser.add_argument("--region", metavar="REGION", help="the Region (default: the declared one, or AWS_REGION)")
    add_file(parser)
    add_pace(parser)
    add_now(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what was found, and the commands where nothing blocks."""
    from shared_ecr.deployment.adoption.retirement import RetirementQuestion, retirement_findings

    if bool(arguments.images) != bool(arguments.snapshot):
        raise UsageError("--images and --snapshot must be given together: one has the images, the other the registry")
    if arguments.images and arguments.running:
        raise UsageError("--running asks AWS; with --images, name the images that run with --in-use FILE")
    now = arguments.now or datetime.now(UTC)
    live, taken = _documents(arguments, now) if arguments.images else _asked(arguments)
    account, region = str(live.account), str(live.region)
    ours = [each for each in taken.repositories if each.account in {"", account} and each.region in {"", region}]
    held = {each.name: each for each in ours}
    if len(held) < len(ours):
        raise UsageError(
            "the inventory has a repository twice, once without its account or Region; take the inventory again"
        )
    absent = [name for name in arguments.names if name not in held]
    if absent:
        raise UsageError(
            f"there are no images of {', '.join(absent)} of account {account} in {region} in the inventory; take one "
            "with these names"
        )
    are_uses_known = not arguments.images or bool(taken.uses or arguments.in_use)
    doubts = tuple(each.what for each in taken.warnings if each.code == "inventory-partial")
    times = [each for each in (taken.taken_at, known_time(live.taken)) if each]
    questions = [
        RetirementQuestion(
            held[name], live, taken.uses, now, arguments.quiet_time, are_uses_known, doubts, _unknown_uses(taken, name),
            taken_at=min(times) if arguments.images and times else None,
            is_age_known=not arguments.images or bool(arguments.now or len(times) == 2),  # noqa: PLR2004 — documents
        )
        for name in arguments.names
    ]  # fmt: skip
    judged = [(question, retirement_findings(question)) for question in questions]
    if arguments.format == "json":
        _print_json(judged)
    else:
        _print_text(judged)
        unless = "; Inspector counts in the accounts that it watches" if "inspector" in arguments.running else ""
        if left := [each for each in ("ecs", "lambda") if arguments.running and each not in arguments.running]:
            print(
                f"not asked: what {' and '.join(left)} run; add --running {' --running '.join(left)}", file=sys.stderr
            )
        print(f"services of other accounts and Regions are not asked{unless}; their pulls are counted", file=sys.stderr)
    is_blocked = any(finding.blocks for _, found in judged for finding in found)
    return ExitCode.FINDINGS if is_blocked else ExitCode.DONE


def _documents(arguments: argparse.Namespace, now: datetime) -> "tuple[LiveRegistry, Inventory]":
    fallback = arguments.names[0] if len(arguments.names) == 1 else ""
    return load_live(arguments.snapshot), inventory(arguments, now, fallback)


def _asked(arguments: argparse.Namespace) -> "tuple[LiveRegistry, Inventory]":
    """Read the registry, the images, and what runs; a part that cannot be read ends the command."""
    from shared_ecr.cli.inventory_taking import InventoryTaking
    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.fate.inventory import Inventory, load_uses
    from shared_ecr.findings.problems import Problem, Severity

    regions = live_regions(arguments, declared_registry(arguments.file))
    region, *others = regions
    if others:
        raise UsageError(f"the declaration has {', '.join(map(str, regions))}; choose one with --region")
    arguments.repository, arguments.partial = arguments.names, True
    live = read_live(arguments, region)
    with closing(AwsClients()) as clients:
        taken = InventoryTaking(clients, StepLog())
        for name in arguments.names:
            taken.read_images(live.home, name)
        taken.read_uses(arguments.running or ("ecs", "lambda"), [live.home])
    if taken.first_error:
        raise taken.first_error
    named = (use for path in arguments.in_use for use in load_uses(path))
    warnings = (
        Problem("inventory-use-unknown", Severity.WARNING, each.what, path=each.repository) for each in taken.unknown
    )
    return live, Inventory(tuple(taken.repositories), (*taken.uses, *named), tuple(warnings))


def _unknown_uses(taken: "Inventory", name: str) -> tuple[str, ...]:
    return tuple(each.what for each in taken.warnings if each.code == "inventory-use-unknown" and each.path == name)


def _print_text(judged: "list[tuple[RetirementQuestion, tuple[RetirementFinding, ...]]]") -> None:
    from shared_ecr.deployment.adoption.retirement import commands

    for question, found in judged:
        for finding in found:
            print(finding)
            for line in finding.details:
                print(f"    {line}")
        blocking = sum(finding.blocks for finding in found)
        if blocking:
            print(f"{question.repository.title}: keep it: {blocking} of {len(found)} findings block")
        else:
            print(f"{question.repository.title}: no reason to keep it was found")
            print("\n".join(commands(question)))


def _print_json(judged: "list[tuple[RetirementQuestion, tuple[RetirementFinding, ...]]]") -> None:
    import json

    from shared_ecr.deployment.adoption.retirement import commands

    rows = [
        {
            "name": question.repository.name,
            "region": str(question.live.region),
            "images": len(question.repository.images),
            "blocks": any(finding.blocks for finding in found),
            "findings": [
                {
                    "code": each.code, "severity": str(each.severity), "what": each.what, "why": each.why,
                    "fix": each.fix, "details": list(each.details),
                }
                for each in found
            ],
            "commands": [] if any(finding.blocks for finding in found) else list(commands(question)),
        }
        for question, found in judged
    ]  # fmt: skip
    print(json.dumps({"repositories": rows}, indent=2))


def _days(text: str) -> timedelta:
    if not (text.isdecimal() and text.isascii() and 1 <= int(text[:6]) <= 3_650):  # noqa: PLR2004 — ten years
        raise argparse.ArgumentTypeError("expected a number of days from 1 to 3650")
    return timedelta(days=int(text))

"""`shared-ecr who`: which principals pulled and pushed, and when, as ECR and CloudTrail say."""

import argparse
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared_ecr.cli.image_selection import add_images, selected_images
from shared_ecr.cli.options import Subcommands, add_format
from shared_ecr.findings.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.aws.event_history import EventHistory
    from shared_ecr.client.aws.selected_images import SelectedImages
    from shared_ecr.client.image_activity import ImageActivity
    from shared_ecr.fate.images import Image
    from shared_ecr.model.names import EcrRegistry

_DAYS, _KEPT_DAYS, _EVENTS = 7, 90, 1_000
_NOT_ASKED = "CloudTrail was not asked (--no-events)"
_ELSEWHERE = "the event history is that of the caller's account, and the registry belongs to another one; run it there"
# So many images and principals are listed in the text; JSON has all.
_LISTED = 10


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "who",
        help="show which principals pulled and pushed images, and when",
        description="Show the last pulls and pushes that ECR recorded, and the principals that CloudTrail's event "
        "history names, with read-only calls. Says what neither of them records. Reference: docs/how-to/who.md",
    )
    add_images(parser)
    parser.add_argument(
        "--days", type=_days, default=timedelta(days=_DAYS), metavar="DAYS",
        help=f"how many days of events to read, at most {_KEPT_DAYS} (default: {_DAYS})",
    )  # fmt: skip
    parser.add_argument(
        "--max-events", type=_events, default=_EVENTS, metavar="N",
        help=f"how many pulls and how many pushes of the Region to read, at 100 a second (default: {_EVENTS})",
    )  # fmt: skip
    parser.add_argument("--no-events", action="store_true", help="do not ask CloudTrail; show only the times")
    parser.add_argument(
        "--partial",
        action="store_true",
        help="exit 0 even if CloudTrail is denied; without this option the exit code is then 4",
    )
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what is known of each image, and what is not."""
    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.aws.faults import AwsRefusedError
    from shared_ecr.client.aws.selected_images import image_details
    from shared_ecr.client.image_activity import image_activity

    denied: AwsRefusedError | None = None
    histories: dict[EcrRegistry, EventHistory] = {}
    with closing(AwsClients()) as clients:
        selected = selected_images(arguments, clients)
        details = [image_details(clients, each) for each in selected]
        try:
            if not arguments.no_events:
                histories = _histories(arguments, clients, selected)
        except AwsRefusedError as error:
            denied = error
    why = str(denied) if denied else _NOT_ASKED if arguments.no_events else _ELSEWHERE
    found = [
        image_activity(each, described, histories.get(each.registry), why)
        for each, described in zip(selected, details, strict=True)
    ]
    if arguments.format == "json":
        _print_json(found)
    else:
        print("\n\n".join("\n".join(_lines(each)) for each in found))
    if denied and not arguments.partial:
        print(f"shared-ecr: {denied}; pass --partial to see only the times", file=sys.stderr)
        return ExitCode.REFUSED
    return ExitCode.DONE


def _histories(
    arguments: argparse.Namespace, clients: "AwsClients", selected: "Sequence[SelectedImages]"
) -> "dict[EcrRegistry, EventHistory]":
    """Ask CloudTrail once for each registry of the caller's account; it has no events of other accounts."""
    from shared_ecr.client.aws.event_history import EventQuestion, read_events

    since = datetime.now(UTC) - arguments.days
    found = {}
    for registry in dict.fromkeys(each.registry for each in selected):
        if clients.caller_account(registry.region) != registry.account:
            continue
        names = frozenset(each.repository for each in selected if each.registry == registry)
        found[registry] = read_events(clients, EventQuestion(registry, names, since, arguments.max_events))
    return found


def _lines(activity: "ImageActivity") -> "list[str]":
    from shared_ecr.text import first_lines

    selected = activity.selected
    lines = [f"{selected} ({selected.registry.account} in {selected.registry.region})"]
    pulled, pushed = activity.last_pull, activity.last_push
    lines.append(f"  last pull  {_when(pulled.pulled_at) if pulled else 'none recorded'}  {_shown(pulled)}".rstrip())
    lines.append(f"  last push  {_when(pushed.pushed_at) if pushed else 'no images'}  {_shown(pushed)}".rstrip())
    rows = []
    for each in activity.principals:
        failed = f", {each.failed} of them refused" if each.failed else ""
        names = first_lines(list(each.images), 3)
        rows.append(
            f"  {each.action:<4}  {_when(each.last)}  {each.times}x{failed}  {each.principal}  {', '.join(names)}"
        )
    lines += first_lines(rows, _LISTED, "principals") or ["  no events"]
    lines += ["  not known:", *(f"    {text}" for text in activity.unknown)]
    return lines


def _when(time: datetime | None) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M}" if time else "never"


def _shown(image: "Image | None") -> str:
    return image.shown if image else ""


def _print_json(found: "Sequence[ImageActivity]") -> None:
    import json

    rows = [
        {
            "image": str(each.selected),
            "repository": each.selected.repository,
            "account": str(each.selected.registry.account),
            "region": str(each.selected.registry.region),
            "images": [
                {
                    "digest": image.digest,
                    "tags": list(image.tags),
                    "pushed_at": image.pushed_at.isoformat(),
                    "pulled_at": image.pulled_at.isoformat() if image.pulled_at else None,
                }
                for image in sorted(each.images, key=lambda image: image.pushed_at, reverse=True)
            ],
            "principals": [
                {
                    "principal": row.principal,
                    "action": str(row.action),
                    "times": row.times,
                    "failed": row.failed,
                    "last": row.last.isoformat(),
                    "images": list(row.images),
                }
                for row in each.principals
            ],
            "unknown": list(each.unknown),
        }
        for each in found
    ]
    print(json.dumps({"images": rows}, indent=2))


def _days(text: str) -> timedelta:
    if not (text.isdecimal() and text.isascii() and 1 <= int(text[:6]) <= _KEPT_DAYS):
        raise argparse.ArgumentTypeError(f"expected a number of days from 1 to {_KEPT_DAYS}")
    return timedelta(days=int(text))


def _events(text: str) -> int:
    if not (text.isdecimal() and text.isascii() and 1 <= int(text[:9]) <= 1_000_000):  # noqa: PLR2004 — three hours
        raise argparse.ArgumentTypeError("expected a number from 1 to 1000000")
    return int(text)

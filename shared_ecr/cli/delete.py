"""`shared-ecr delete`: delete images by tag or digest, unless they are in use or their tags may not move."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.confirmation import confirm
from shared_ecr.cli.options import Subcommands, add_file, add_format, add_place, locator
from shared_ecr.findings.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.client.deletion import ImageDeletion
    from shared_ecr.client.session import Session
    from shared_ecr.fate.inventory.uses import ImageUse


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "delete",
        help="delete images from a registry by tag or digest; asks first",
        description="Delete images from a registry and print each that was deleted. A tag is deleted with the image "
        "only where it is the last one; a digest is deleted with all its tags. If an image is in use or a tag is "
        "immutable, nothing is deleted (exit 1). Asks at a terminal; elsewhere --yes is needed.",
    )
    parser.add_argument(
        "images", nargs="+", metavar="REPOSITORY:TAG", help="the declared name, or the whole URI, with :TAG or @DIGEST"
    )
    parser.add_argument("--yes", "-y", action="store_true", help="delete without asking")
    parser.add_argument("--dry-run", action="store_true", help="print what would be deleted, and delete nothing")
    parser.add_argument(
        "--in-use", action="append", default=[], type=Path, metavar="FILE", help="a text file that names images in use"
    )
    parser.add_argument(
        "--running",
        action="append",
        default=[],
        choices=("ecs", "lambda", "kubernetes"),
        help="find out which images run: ask ECS or Lambda in the Region of the images, or the cluster of kubectl's "
        "context",
    )
    parser.add_argument(
        "--force", action="store_true", help="delete images even if they are in use or their tags are immutable"
    )
    add_format(parser)
    add_file(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look, ask, delete, and print what was deleted."""
    from shared_ecr.client.deletion import ProtectedImageError, delete_image, plan_deletions
    from shared_ecr.client.session import Session

    with Session(locator(arguments)) as session:
        planned = plan_deletions(arguments.images, session, _uses(arguments, session))
        reasons = [f"{each.reference}: {why}" for each in planned for why in each.protections]
        if reasons and not arguments.force:
            raise ProtectedImageError(f"{'; '.join(reasons)}; nothing was deleted; --force deletes them anyway")
        if not (arguments.in_use or arguments.running):
            print("which images run is not known; name them with --in-use FILE, or ask with --running", file=sys.stderr)
        if not (arguments.dry_run or arguments.yes):
            _confirm(planned)
        done: list[ImageDeletion] = []
        try:
            for each in planned:
                if not arguments.dry_run:
                    delete_image(each, session)
                done.append(each)
                if arguments.format == "text":
                    print(f"would delete {each}" if arguments.dry_run else each, flush=True)
        finally:
            # Images that were deleted before an error or an interruption are still reported.
            if arguments.format == "json":
                print(json.dumps({"deleted": not arguments.dry_run, "images": [_row(each) for each in done]}, indent=2))
    return ExitCode.DONE


def _confirm(planned: "Sequence[ImageDeletion]") -> None:
    lines = (line for each in planned for line in (f"delete {each}", *(f"  {why}" for why in each.protections)))
    confirm(lines, "A deleted image cannot be restored. Delete?", verb="delete", done="deleted")


def _uses(arguments: argparse.Namespace, session: "Session") -> "list[ImageUse]":
    """Return what the files name, and what the services run, in the Regions of the images."""
    from shared_ecr.client.targets import locate_image
    from shared_ecr.fate.inventory import load_uses

    found = [use for path in arguments.in_use for use in load_uses(path)]
    services = [service for service in arguments.running if service != "kubernetes"]
    if services:
        from shared_ecr.client.aws.usage import ASKED

        hosts = {locate_image(text, session.where, session.clients).host for text in arguments.images}
        regions = {host.ecr.region for host in hosts if host.ecr is not None}
        for region in sorted(regions, key=str):
            for service in services:
                found += ASKED[service](session.clients, region)
    if "kubernetes" in arguments.running:
        import os

        from shared_ecr.client.kubernetes import used_by_kubernetes

        found += used_by_kubernetes(os.environ)
    return found


def _row(deletion: "ImageDeletion") -> dict[str, object]:
    """Render the JSON shape of docs/how-to/delete.md."""
    return {
        "reference": str(deletion.reference),
        "digest": deletion.digest.text,
        "tags": [tag.text for tag in deletion.tags],
        "protections": list(deletion.protections),
    }

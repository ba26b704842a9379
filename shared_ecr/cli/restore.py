"""`shared-ecr restore`: bring archived images back, after a question."""

import argparse
import json
import sys
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from shared_ecr.cli.confirmation import confirm
from shared_ecr.cli.durations import waiting_time
from shared_ecr.cli.image_selection import add_images, selected_images
from shared_ecr.cli.options import Subcommands, add_format
from shared_ecr.findings.errors import ExitCode, SharedEcrError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared_ecr.client.archive import StoredImage


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "restore",
        help="restore archived images; asks first",
        description="Restore images from the archive. ECR takes up to 20 minutes for an image, charges for each "
        "restored GB, and scans and replicates it as if it had been pushed. Asks at a terminal; elsewhere --yes is "
        "needed. Reference: docs/how-to/archive.md",
    )
    add_images(parser)
    parser.add_argument("--all", action="store_true", help="with a repository: restore every archived image")
    parser.add_argument("--yes", "-y", action="store_true", help="restore without asking")
    parser.add_argument("--dry-run", action="store_true", help="print what would be restored, and restore nothing")
    parser.add_argument(
        "--wait", nargs="?", type=waiting_time, const=timedelta(minutes=30), metavar="TIME",
        help="wait until the images can be pulled, for at most TIME, such as 45m (default: 30m)",
    )  # fmt: skip
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look, ask, restore, and print each image with its status."""
    from shared_ecr.client.archive import ACTIVE, ARCHIVED, restore, restored, stored_images
    from shared_ecr.client.aws.clients import AwsClients

    with closing(AwsClients()) as clients:
        selected = selected_images(arguments, clients)
        whole = [each.repository for each in selected if each.image is None]
        if whole and not arguments.all:
            raise UsageError(f"{whole[0]} is a repository; name an image of it, or add --all for every archived one")
        images = [
            image
            for each in selected
            for image in stored_images(clients, [each])
            if each.image is not None or image.status != ACTIVE
        ]
        images = list(dict.fromkeys(images))
        if arguments.dry_run:
            return _printed(arguments, images, is_dry=True)
        archived = [image for image in images if image.status == ARCHIVED]
        if archived and not arguments.yes:
            _confirm(archived)
        images = _restored(arguments, images, partial(restore, clients))
        if arguments.wait is None:
            return _printed(arguments, images)
        pending = [image for image in images if image.status != ACTIVE]
        if arguments.format == "text":
            _printed(arguments, pending)
        done = {str(image): image for image in restored(clients, pending, arguments.wait)}
        return _printed(arguments, [done.get(str(image), image) for image in images])


def _restored(
    arguments: argparse.Namespace, images: "Sequence[StoredImage]", restore: "Callable[[StoredImage], StoredImage]"
) -> "list[StoredImage]":
    """Restore each of *images*; after an error those are printed that ECR restores and charges for already."""
    done: list[StoredImage] = []
    try:
        for image in images:
            now = restore(image)
            done.append(now)
    except (SharedEcrError, KeyboardInterrupt, SystemExit):
        # A SIGTERM ends the program by SystemExit.
        if done:
            _printed(arguments, done)
        raise
    return done


def _confirm(images: "Sequence[StoredImage]") -> None:
    from shared_ecr.text import counted, size

    what = f"{counted(len(images), 'image')}, {size(sum(image.size for image in images))}"
    question = f"ECR charges for each restored GB. Restore {what}?"
    confirm((f"restore {image}" for image in images), question, verb="restore", done="restored")


def _printed(arguments: argparse.Namespace, images: "Sequence[StoredImage]", *, is_dry: bool = False) -> int:
    from shared_ecr.text import size

    if arguments.format == "json":
        rows = [
            {
                "repository": image.repository,
                "digest": image.digest.text,
                "tags": list(image.tags),
                "bytes": image.size,
                "status": image.status,
            }
            for image in images
        ]
        print(json.dumps({"restored": not is_dry, "images": rows}, indent=2))
        return ExitCode.DONE
    for image in images:
        if is_dry and image.status == "ARCHIVED":
            print(f"would restore {image}, {size(image.size)}")
        else:
            print(f"{image.status:<10}  {image}", flush=True)
    if not images:
        print("no image is archived", file=sys.stderr)
    return ExitCode.DONE

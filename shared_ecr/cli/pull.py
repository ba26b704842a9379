"""`shared-ecr pull`: fetch one image, by tag or digest, into an OCI layout or a container engine."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_file, add_place, locator, print_alone
from shared_ecr.cli.progress import add_progress

if TYPE_CHECKING:
    from shared_ecr.cli.progress.interface import Display
    from shared_ecr.client.pushers.events import Progress
    from shared_ecr.names import ImageReference


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "pull",
        help="pull an image into an OCI layout or a container engine",
        description="Pull an image, logging in where needed, and print URI@sha256:… alone on stdout. With a folder "
        "it becomes an OCI layout there, every byte verified; with --engine it goes into that engine's store.",
    )
    parser.add_argument(
        "image", metavar="REPOSITORY:TAG", help="the declared name, or the whole URI, with :TAG or @DIGEST"
    )
    destination = parser.add_mutually_exclusive_group(required=True)
    destination.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="the OCI layout to make or add to")
    destination.add_argument("--engine", help="pull with this container engine instead (docker, podman, a path, …)")
    add_progress(parser)
    add_file(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Pull and print the reference by digest."""
    from shared_ecr.cli.movement import shown

    return shown(arguments, "downloaded", lambda screen, counted: _pulled(arguments, screen, counted), print_alone)


def _pulled(arguments: argparse.Namespace, screen: "Display", progress: "Progress") -> "ImageReference":
    from shared_ecr.client.push import pull, pull_with_engine

    where = locator(arguments, screen.said)
    if arguments.folder is not None:
        return pull(arguments.image, arguments.folder, where=where, progress=progress)
    return pull_with_engine(arguments.image, arguments.engine, where=where, progress=progress)

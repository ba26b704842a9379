"""`shared-ecr pull`: fetch one image, by tag or digest, into a layout, an archive or a container engine."""

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_file, add_format, add_place, locator, not_empty, print_reference
from shared_ecr.cli.progress import add_progress
from shared_ecr.cli.signature_options import add_signature_options, trusted_signer
from shared_ecr.cli.streams import is_closed_stdout
from shared_ecr.findings.errors import UsageError

if TYPE_CHECKING:
    from shared_ecr.cli.progress.interface import Display
    from shared_ecr.client.pushers.events import Progress
    from shared_ecr.model.names import ImageReference

STDOUT = "-"
_PACKED = (".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2")


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "pull",
        help="pull an image into an OCI layout, an archive or a container engine",
        description="Pull an image, logging in where needed, and print URI@sha256:… alone on stdout. A folder becomes "
        "an OCI layout, or one more image of it. A name that ends in .tar becomes an archive that 'docker load' takes; "
        "'-' writes that archive to stdout, and the reference to stderr. Every byte is verified. Signatures and SBOMs "
        "of the image are listed, not pulled. With --engine the image is stored by that engine.",
    )
    parser.add_argument(
        "image",
        type=not_empty,
        metavar="REPOSITORY:TAG",
        help="the declared name, or the whole URI, with :TAG or @DIGEST",
    )
    destination = parser.add_mutually_exclusive_group(required=True)
    destination.add_argument(
        "destination",
        nargs="?",
        type=not_empty,
        metavar="DESTINATION",
        help="a folder, a file that ends in .tar, or '-' for stdout",
    )
    destination.add_argument(
        "--engine", type=not_empty, help="pull with this container engine instead (docker, podman, a path, …)"
    )
    parser.add_argument(
        "--platform",
        action="append",
        default=[],
        metavar="OS/ARCH",
        help="pull only the image for this platform; may be repeated. The result then has another digest",
    )
    add_signature_options(parser)
    add_format(parser)
    add_progress(parser)
    add_file(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Pull and print the reference by digest."""
    from shared_ecr.cli.movement import shown

    _refuse_contradictions(arguments)
    return shown(
        arguments,
        "downloaded",
        lambda screen, counted: _pulled(arguments, screen, counted),
        lambda reference: _print(reference, arguments),
    )


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    if arguments.engine and arguments.platform:
        raise UsageError("--platform is for layouts and archives; leave out --engine, or pull with the engine itself")
    if arguments.engine and arguments.verify:
        raise UsageError("--verify checks images that are written to disk; pull an archive and let the engine load it")
    if arguments.destination == STDOUT and is_closed_stdout():
        raise UsageError("standard output is closed, so the archive would be lost; redirect it to a file")
    if arguments.destination == STDOUT and sys.stdout.isatty():
        raise UsageError(
            "an archive cannot be written to a terminal; redirect it to a file, or pipe it into 'docker load'"
        )
    if arguments.destination and arguments.destination.lower().endswith(_PACKED):
        raise UsageError("an archive is not compressed, because its layers are; give it a name that ends in .tar")


def _is_archive(destination: str) -> bool:
    """Whether *destination* names a file: it ends in `.tar`, and not in the separator that only a folder has."""
    return destination.lower().endswith(".tar")


def _pulled(arguments: argparse.Namespace, screen: "Display", progress: "Progress") -> "ImageReference":
    from shared_ecr.client.push import PullOptions, pull, pull_archive, pull_with_engine
    from shared_ecr.model.names.platforms import Platform

    where = locator(arguments, screen.said)
    platforms = tuple(Platform.parse(text) for text in arguments.platform)
    options = PullOptions(platforms, trusted_signer(arguments))
    if arguments.destination is None:
        return pull_with_engine(arguments.image, arguments.engine, where=where, progress=progress)
    path = Path(arguments.destination)
    if arguments.destination == STDOUT:
        return pull_archive(arguments.image, sys.stdout.buffer, options, where=where, progress=progress)
    if _is_archive(arguments.destination) and not path.is_dir():
        return pull_archive(arguments.image, path, options, where=where, progress=progress)
    return pull(arguments.image, path, options, where=where, progress=progress)


def _print(reference: "ImageReference", arguments: argparse.Namespace) -> int:
    if arguments.destination == STDOUT:
        # Standard output is the archive.
        with contextlib.redirect_stdout(sys.stderr):
            return print_reference(reference, arguments.format)
    return print_reference(reference, arguments.format)

"""`shared-ecr copy`: copy an image from one registry to another, streamed, and print its digest there."""

import argparse
import json
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_file, add_format, add_place, locator, print_reference
from shared_ecr.cli.progress import add_progress
from shared_ecr.errors import ExitCode

if TYPE_CHECKING:
    from shared_ecr.cli.progress.interface import Display
    from shared_ecr.client.pushers.events import Progress
    from shared_ecr.client.pushers.plan import PushPlan
    from shared_ecr.names import ImageReference


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "copy",
        help="copy an image from one registry to another and print URI@sha256:… alone on stdout",
        description="Copy an image between any two registries, each with its own login, and print URI@sha256:… alone "
        "on stdout. Layers are streamed and verified on the way, those that are there are not sent, and the manifest "
        "stays as it is, byte for byte. A tag that may not move and names another image is refused (exit 4) before "
        "the first upload. The command can be repeated safely.",
    )
    parser.add_argument("source", metavar="SOURCE", help="[HOST/]REPOSITORY with :TAG or @DIGEST")
    parser.add_argument(
        "target", metavar="DESTINATION[:TAG…]", help="[HOST/]REPOSITORY with every tag (default: that of SOURCE)"
    )
    parser.add_argument(
        "--platform",
        action="append",
        default=[],
        metavar="OS/ARCH",
        help="copy only the image for this platform; may be repeated. The digest is another one then",
    )
    parser.add_argument(
        "--no-referrers", action="store_true", help="leave out the signatures, SBOMs and attestations of the image"
    )
    parser.add_argument("--create", action="store_true", help="create the repository in ECR where it is missing")
    parser.add_argument("--dry-run", action="store_true", help="print what would be copied, and copy nothing")
    add_format(parser)
    add_progress(parser)
    add_file(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Copy, report the outcome on stderr, print the reference."""
    from shared_ecr.cli.movement import shown

    return shown(
        arguments,
        "uploaded",
        lambda screen, counted: _copied(arguments, screen, counted),
        lambda done: _print(done, arguments.format),
    )


def _print(done: "PushPlan | ImageReference", form: str) -> int:
    from shared_ecr.names import ImageReference

    if isinstance(done, ImageReference):
        return print_reference(done, form)
    print(json.dumps(done.as_json(), indent=2) if form == "json" else done)
    return ExitCode.DONE


def _copied(arguments: argparse.Namespace, screen: "Display", progress: "Progress") -> "PushPlan | ImageReference":
    """Copy and return what is there now, or find out what would be copied."""
    from shared_ecr.cli.push_outputs import summary
    from shared_ecr.client.copying import CopyOptions, copy, prepared
    from shared_ecr.client.session import Session
    from shared_ecr.names.platforms import Platform

    platforms = tuple(Platform.parse(text) for text in arguments.platform)
    options = CopyOptions(platforms, referrers=not arguments.no_referrers, create=arguments.create)
    with Session(locator(arguments, screen.said)) as session:
        if arguments.dry_run:
            with prepared(arguments.source, arguments.target, session, options) as copying:
                return copying.plan()
        result = copy(arguments.source, arguments.target, session, options, progress)
    screen.said(summary(result))
    return result.reference

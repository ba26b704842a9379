"""`shared-ecr push`: log in, push images to repositories, print their digests there."""

import argparse
import json
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_file, add_format, add_stack, not_empty
from shared_ecr.cli.progress import add_progress
from shared_ecr.cli.push_inputs import ImageList, at_least_one, orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.cli.progress.counting import Counted
    from shared_ecr.cli.progress.interface import Display
    from shared_ecr.client.push import PushOutcome

_DESCRIPTION = (
    "Push an image to one repository or several, of the declared registry or of any other, logging in where needed, "
    "and print URI@sha256:… alone on stdout, a line for each target in the order given. If a tag is immutable and "
    "already names this image, nothing is uploaded; if it names another image, the push is refused (exit 4) before the "
    "first upload. If one of several pushes fails, the others are finished; the exit code is the highest. The command "
    "can be repeated safely."
)


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "push", help="push images and print URI@sha256:… alone on stdout", description=_DESCRIPTION
    )
    parser.add_argument(
        "image",
        type=not_empty,
        metavar="IMAGE",
        help="a path (OCI layout, OCI archive, 'docker save' archive; no engine needed), '-' for an archive on stdin, "
        "or the name of the image in a container engine",
    )
    targets = parser.add_argument(
        "targets",
        nargs="+",
        type=not_empty,
        metavar="REPOSITORY:TAG[:TAG…]",
        help="the declared name and every tag, or the whole URI with them; may be left out if IMAGE is the name of an "
        "engine's image and has the registry and the tag",
    )
    # With nargs="*", argparse would take none as soon as an option is behind IMAGE.
    targets.required = False
    parser.add_argument(
        "--images",
        action=ImageList,
        type=not_empty,
        metavar="FILE",
        help="push the images that FILE lists ('-': stdin), one on each line: IMAGE TARGET [TARGET…]; # begins a "
        "comment",
    )
    _add_ways(parser)
    parser.add_argument("--dry-run", action="store_true", help="print what would be sent, and write nothing")
    add_format(parser)
    add_progress(parser)
    add_file(parser)
    add_stack(parser)
    regions = parser.add_mutually_exclusive_group()
    regions.add_argument(
        "--region",
        action="append",
        default=[],
        metavar="REGION",
        help="the Region; more than once for several (default: the declared one, or AWS_REGION)",
    )
    regions.add_argument("--all-regions", action="store_true", help="push to every Region of the declaration")
    parser.set_defaults(run=run, image=None, targets=())


def _add_ways(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=at_least_one, default=4, metavar="N", help="how many pushes run at the same time (default: 4)"
    )
    parser.add_argument("--engine", default="", help="push with this container engine (docker, podman, a path, …)")
    parser.add_argument(
        "--create",
        action="store_true",
        help="create the repository in private ECR if it is missing, with immutable tags and scan on push",
    )
    parser.add_argument(
        "--no-referrers",
        dest="referrers",
        action="store_false",
        help="leave out the signatures, SBOMs and attestations that are stored with the image",
    )


def run(arguments: argparse.Namespace) -> int:
    """Push, report progress on stderr, print the references."""
    from shared_ecr.cli.movement import shown

    return shown(
        arguments,
        "uploaded",
        lambda screen, counted: _outcomes(arguments, screen, counted),
        lambda outcomes: _print(outcomes, arguments.format),
    )


def _outcomes(arguments: argparse.Namespace, shown: "Display", counted: "Counted") -> "Sequence[PushOutcome]":
    from shared_ecr.cli.push_outputs import ProgressPrinter
    from shared_ecr.client.addresses import LookupCache, RepositoryLocator
    from shared_ecr.client.push import PushOptions, plan_all, push_all
    from shared_ecr.client.session import Session

    where = RepositoryLocator(arguments.file, arguments.stack, memory=LookupCache(warn=shown.said))
    asked = orders(arguments, where)
    options = PushOptions(arguments.engine, arguments.create, arguments.referrers, arguments.jobs)
    shown.expect(len(asked))
    printer = ProgressPrinter(shown, of_several=len(asked) > 1, verbose=arguments.verbose)
    with Session(where) as session:
        if arguments.dry_run:
            return plan_all(asked, session, options, ended=printer.ended)
        return push_all(asked, session, options, progress=counted, ended=printer.ended)


def _print(outcomes: "Sequence[PushOutcome]", how: str) -> int:
    from shared_ecr.cli.push_outputs import document, text, worst

    if how == "json":
        print(json.dumps(document(outcomes), indent=2))
    else:
        print(text(outcomes), end="")
    return worst(outcomes)

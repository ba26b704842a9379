"""`shared-ecr copy`: copy an image from one registry to another, streamed, and print its digest there."""

import argparse
import json
from typing import TYPE_CHECKING

from shared_ecr.cli.gate_options import add_promotion_gate, promotion_gate
from shared_ecr.cli.options import Subcommands, add_file, add_format, add_place, locator, print_reference
from shared_ecr.cli.progress import add_progress
from shared_ecr.cli.signature_options import add_signature_options, trusted_signer
from shared_ecr.findings.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.cli.progress.interface import Display
    from shared_ecr.client.copying import CopyOptions
    from shared_ecr.client.pushers.events import Progress
    from shared_ecr.client.pushers.plan import PushPlan
    from shared_ecr.client.tag_copies import TagCopy
    from shared_ecr.model.names import ImageReference


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "copy",
        help="copy an image from one registry to another and print URI@sha256:… alone on stdout",
        description="Copy an image between any two registries, each with its own login, and print URI@sha256:… alone "
        "on stdout. Layers are streamed and verified. Layers that the destination already has are not sent, and the "
        "manifest is copied byte for byte. A tag that is immutable and names another image is refused (exit 4) before "
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
        help="copy only the image for this platform; may be repeated. The copy then has another digest",
    )
    parser.add_argument(
        "--no-referrers", action="store_true", help="leave out the signatures, SBOMs and attestations of the image"
    )
    parser.add_argument("--create", action="store_true", help="create the repository in ECR where it is missing")
    parser.add_argument(
        "--all-tags",
        action="store_true",
        help="copy every tag of the repository SOURCE to the repository DESTINATION; a tag that fails does not stop "
        "the others",
    )
    parser.add_argument("--dry-run", action="store_true", help="print what would be copied, and copy nothing")
    add_signature_options(parser)
    add_promotion_gate(parser)
    add_format(parser)
    add_progress(parser)
    add_file(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Copy, report the outcome on stderr, print the reference."""
    from shared_ecr.cli.movement import shown

    if arguments.all_tags:
        return shown(
            arguments,
            "uploaded",
            lambda screen, counted: _copied_tags(arguments, screen, counted),
            lambda copies: _print_tags(copies, arguments.format),
        )
    return shown(
        arguments,
        "uploaded",
        lambda screen, counted: _copied(arguments, screen, counted),
        lambda done: _print(done, arguments.format),
    )


def _print(done: "PushPlan | ImageReference", form: str) -> int:
    from shared_ecr.model.names import ImageReference

    if isinstance(done, ImageReference):
        return print_reference(done, form)
    print(json.dumps(done.as_json(), indent=2) if form == "json" else done)
    return ExitCode.DONE


def _copied(arguments: argparse.Namespace, screen: "Display", progress: "Progress") -> "PushPlan | ImageReference":
    """Copy and return what is there now, or find out what would be copied."""
    from shared_ecr.cli.push_outputs import summary
    from shared_ecr.client.copying import copy, prepared
    from shared_ecr.client.session import Session

    options = _options(arguments, screen)
    with Session(locator(arguments, screen.said)) as session:
        if arguments.dry_run:
            with prepared(arguments.source, arguments.target, session, options) as copying:
                return copying.plan()
        result = copy(arguments.source, arguments.target, session, options, progress)
    screen.said(summary(result))
    return result.reference


def _options(arguments: argparse.Namespace, screen: "Display") -> "CopyOptions":
    from shared_ecr.client.copying import CopyOptions
    from shared_ecr.model.names.platforms import Platform

    platforms = tuple(Platform.parse(text) for text in arguments.platform)
    return CopyOptions(
        platforms,
        referrers=not arguments.no_referrers,
        create=arguments.create,
        signer=trusted_signer(arguments),
        gate=promotion_gate(arguments, screen.said),
    )


def _copied_tags(arguments: argparse.Namespace, screen: "Display", progress: "Progress") -> "tuple[TagCopy, ...]":
    """Copy every tag, and report each on stderr as it ends."""
    from shared_ecr.cli.error_text import error_text
    from shared_ecr.cli.push_outputs import summary
    from shared_ecr.client.session import Session
    from shared_ecr.client.tag_copies import copy_all_tags

    def ended(copied: "TagCopy") -> None:
        if copied.result is not None:
            screen.said(summary(copied.result))
        if copied.error is not None:
            screen.complained(error_text(copied.error, verbose=arguments.verbose, about=copied.tag.text))

    with Session(locator(arguments, screen.said)) as session:
        return copy_all_tags(
            arguments.source,
            arguments.target,
            session,
            _options(arguments, screen),
            dry_run=arguments.dry_run,
            progress=progress,
            ended=ended,
        )


def _print_tags(copies: "Sequence[TagCopy]", form: str) -> int:
    if form == "json":
        print(json.dumps({"images": [_row(each) for each in copies]}, indent=2))
    else:
        for each in copies:
            if each.error is None:
                print(each.plan or (each.result.reference if each.result else ""))
    return max((each.error.exit_code for each in copies if each.error), default=ExitCode.DONE)


def _row(copied: "TagCopy") -> dict[str, object]:
    """Render the JSON shape of docs/how-to/copy.md."""
    row: dict[str, object] = {"tag": copied.tag.text}
    if copied.result is not None:
        row["reference"] = str(copied.result.reference)
    if copied.plan is not None:
        row["plan"] = copied.plan.as_json()
    if copied.error is not None:
        row["error"] = {"message": str(copied.error), "exit_code": int(copied.error.exit_code)}
    return row

"""`shared-ecr tag`: give an image that is there another tag, without moving a layer."""

import argparse
from typing import TYPE_CHECKING

from shared_ecr.cli.gate_options import add_promotion_gate, promotion_gate
from shared_ecr.cli.options import Subcommands, add_file, add_format, add_place, locator, print_reference
from shared_ecr.cli.progress import add_progress
from shared_ecr.findings.errors import UsageError
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from shared_ecr.cli.progress.interface import Display
    from shared_ecr.client.pushers.events import Progress
    from shared_ecr.model.names import ImageReference, Tag


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "tag",
        help="give an image in a registry another tag, and print URI@sha256:…",
        description="Store the manifest of an image in a registry under more tags; no layer is copied. All tags are "
        "checked first: if one is immutable and names another image, the command is refused (exit 4) before any tag is "
        "set. Prints URI@sha256:… alone on stdout.",
    )
    parser.add_argument(
        "image", metavar="REPOSITORY:TAG", help="the declared name, or the whole URI, with :TAG or @DIGEST"
    )
    parser.add_argument("tags", nargs="+", metavar="NEWTAG", help="the tags to add")
    add_promotion_gate(parser)
    add_format(parser)
    add_progress(parser)
    add_file(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tag and print the reference by digest."""
    from shared_ecr.cli.movement import shown

    return shown(
        arguments,
        "stored",
        lambda screen, counted: _tagged(arguments, screen, counted),
        lambda reference: print_reference(reference, arguments.format),
    )


def _tagged(arguments: argparse.Namespace, screen: "Display", progress: "Progress") -> "ImageReference":
    from shared_ecr.client.session import Session
    from shared_ecr.client.tagging import tag

    tags = [_new_tag(text, arguments.image) for text in arguments.tags]
    with Session(locator(arguments, screen.said)) as session:
        return tag(arguments.image, tags, session, progress, gate=promotion_gate(arguments, screen.said))


def _new_tag(text: str, image: str) -> "Tag":
    """Read a tag; a whole name, as `docker tag` takes it, is answered with what does the same here.

    Raises:
        UsageError: it names a repository.
        InvalidValueError: it is outside the grammar of tags.
    """
    from shared_ecr.model.names import Tag

    if "/" in text or ":" in text:
        raise UsageError(
            f"{quoted(text)} is a whole name, not a tag; the image stays in its repository. To store a local image "
            f"under that name, write 'shared-ecr push {image} {text}'; for an image in a registry, 'shared-ecr copy'"
        )
    return Tag.parse(text)

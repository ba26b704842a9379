"""`shared-ecr inspect`: what a registry has about one image, without fetching a layer."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_file, add_place, locator
from shared_ecr.findings.errors import ExitCode

if TYPE_CHECKING:
    from shared_ecr.client.inspect_report import Inspected, PlatformImage
    from shared_ecr.client.sources.registry_companions import Mention


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "inspect",
        help="show an image in a registry: digest, platforms, size, layers, labels, signatures",
        description="Show what a registry holds under a tag or a digest, without fetching a layer.",
    )
    parser.add_argument("image", metavar="IMAGE", help="the declared name, or the whole URI, with :TAG or @DIGEST")
    parser.add_argument("--platform", metavar="OS/ARCH", help="show the image for this platform, if IMAGE is an index")
    parser.add_argument(
        "--no-referrers", action="store_true", help="do not look for signatures, SBOMs and attestations"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--raw", action="store_true", help="print the manifest, byte for byte")
    form.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    add_file(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look, and show it."""
    from shared_ecr.client.inspecting import inspect
    from shared_ecr.client.session import Session
    from shared_ecr.model.names.platforms import Platform

    platforms = [Platform.parse(arguments.platform)] if arguments.platform else []
    with_referrers = not (arguments.no_referrers or arguments.raw)
    with Session(locator(arguments)) as session:
        found = inspect(arguments.image, session, platforms=platforms, with_referrers=with_referrers)
    if arguments.raw:
        sys.stdout.flush()
        sys.stdout.buffer.write(found.content)
        sys.stdout.buffer.flush()
    elif arguments.format == "json":
        print(json.dumps(_document(found), indent=2))
    else:
        for line in _lines(found):
            print(line)
    return ExitCode.DONE


def _document(found: "Inspected") -> dict[str, object]:
    """Render the JSON shape of docs/how-to/copy.md."""
    return {
        "reference": str(found.reference),
        "digest": found.digest.text,
        "media_type": found.media_type,
        "artifact_type": found.artifact_type or None,
        "bytes": found.byte_count,
        "images": [_image(image) for image in found.images],
        "created": found.created or None,
        "layers": [
            {"digest": layer.digest.text, "media_type": layer.media_type, "bytes": layer.size} for layer in found.layers
        ],
        "labels": dict(found.labels),
        "annotations": dict(found.annotations),
        "referrers": [_referrer(mention) for mention in found.referrers],
        "faults": list(found.faults),
    }


def _image(image: "PlatformImage") -> dict[str, object]:
    return {
        "digest": image.digest.text,
        "platform": str(image.platform) if image.platform else None,
        "bytes": image.byte_count,
        "about": image.about.text if image.about else None,
    }


def _referrer(mention: "Mention") -> dict[str, object]:
    return {
        "digest": mention.digest.text,
        "artifact_type": mention.artifact_type or None,
        "tag": mention.tag.text if mention.tag else None,
    }


def _lines(found: "Inspected") -> Iterator[str]:
    """Yield the lines for readers; control characters in texts of an image are escaped."""
    from shared_ecr.text import size, visible

    yield f"digest      {found.digest}"
    yield f"media type  {found.media_type}"
    if found.artifact_type:
        yield f"artifact    {visible(found.artifact_type)}"
    yield f"size        {size(found.byte_count)}"
    if found.created:
        yield f"created     {visible(found.created)}"
    yield "platforms"
    for image in found.images:
        what = f"about {image.about}" if image.about else visible(str(image.platform or "not said"))
        yield f"  {image.digest}  {size(image.byte_count):>9}  {what}"
    if found.layers:
        yield "layers"
    for layer in found.layers:
        yield f"  {layer.digest}  {size(layer.size):>9}"
    yield from _members("labels", found.labels)
    yield from _members("annotations", found.annotations)
    if found.referrers:
        yield "referrers"
    for mention in found.referrers:
        yield f"  {mention.digest}  {visible(mention.artifact_type) or mention.tag or 'of an unknown type'}"
    for fault in found.faults:
        print(f"referrers cannot be listed: {fault}", file=sys.stderr)


def _members(title: str, members: Mapping[str, str]) -> Iterator[str]:
    from shared_ecr.text import visible

    if members:
        yield title
    for key, value in members.items():
        yield f"  {visible(key)}={visible(value)}"

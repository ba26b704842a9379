"""The images that commands take as arguments, `REPOSITORY[:TAG|@DIGEST]`, and the registry that they are in."""

import argparse
from typing import TYPE_CHECKING

from shared_ecr.cli.images import declared, registries
from shared_ecr.cli.options import add_file
from shared_ecr.findings.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.aws.selected_images import SelectedImages
    from shared_ecr.model.names import EcrRegistry


def add_images(parser: argparse.ArgumentParser, *, at_least: str = "+") -> None:
    """Add the images, and the options that say which registry they are in."""
    parser.add_argument(
        "images", nargs=at_least, metavar="IMAGE", help="REPOSITORY, REPOSITORY:TAG or REPOSITORY@sha256:DIGEST"
    )
    add_home(parser)


def add_home(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which registry is meant."""
    parser.add_argument("--region", metavar="REGION", help="the Region (default: the declared one, or AWS_REGION)")
    parser.add_argument(
        "--account", metavar="ID", help="whose registry (default: the declared account, or the caller's)"
    )
    add_file(parser)


def home(arguments: argparse.Namespace, clients: "AwsClients") -> "EcrRegistry":
    """Return the registry that is meant.

    Raises:
        UsageError: no Region is known, or several are declared and none is chosen.
    """
    first, *others = registries(arguments, declared(arguments.file), clients)
    if others:
        raise UsageError(f"the declaration has {first.region} and {len(others)} more Regions; choose one with --region")
    return first


def selected_images(arguments: argparse.Namespace, clients: "AwsClients") -> "Sequence[SelectedImages]":
    """Return what `images` names; what has its registry in front needs no other one to be known."""
    from functools import cache

    from shared_ecr.client.aws.selected_images import SelectedImages

    fallback = cache(lambda: home(arguments, clients))
    return [SelectedImages.parse(text, fallback) for text in arguments.images]

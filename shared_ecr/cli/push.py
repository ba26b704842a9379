"""`shared-ecr push`: log in, push one image, print the digest it has now."""

import argparse
import sys

from shared_ecr.cli.options import Story, Subcommands, add_file, add_place, whereabouts
from shared_ecr.errors import ExitCode


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "push",
        help="push an image and print URI@sha256:… alone on stdout",
        description="Push an image to a repository of the registry, logging in where needed, and print URI@sha256:… "
        "alone on stdout. A tag that may not move and names this very image already is done, without an upload; one "
        "that names another image is refused (exit 4) before the first upload. The command can be repeated safely.",
    )
    parser.add_argument(
        "image",
        metavar="IMAGE",
        help="a path (OCI layout, OCI archive, 'docker save' archive; no engine needed), or the name a container "
        "engine knows the image by",
    )
    parser.add_argument(
        "target", metavar="REPOSITORY:TAG[:TAG…]", help="the declared name and every tag, or the whole URI with them"
    )
    parser.add_argument("--engine", default="", help="let this container engine push (docker, podman, a path, …)")
    add_file(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Push, tell the outcome on stderr, print the reference."""
    from shared_ecr.client.moving import push  # noqa: PLC0415 — start-up time

    result = push(
        arguments.image, arguments.target, where=whereabouts(arguments), progress=Story(), engine=arguments.engine
    )
    tags = ", ".join(map(str, result.tags))
    if result.uploaded_blobs is None:
        print(f"pushed under {tags}", file=sys.stderr)
    else:
        size = f"{(result.uploaded_bytes or 0) / 1_000_000:.1f} MB"
        print(f"under {tags}: {result.uploaded_blobs} blobs uploaded ({size})", file=sys.stderr)
    print(result.reference)
    return ExitCode.DONE

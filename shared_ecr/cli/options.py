"""Options that several commands share, and what they mean."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared_ecr.client.addresses import RepositoryLocator
    from shared_ecr.model.names import ImageReference

Subcommands = argparse._SubParsersAction  # noqa: SLF001 — argparse has no public name for what it hands out


def named_path(text: str) -> Path:
    """Read a path; an empty one, such as an unset variable of a CI job gives, is not the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty; check that the variable is set")
    return Path(text)


def not_empty(text: str) -> str:
    """Refuse an empty argument, such as an unset variable gives: as a path it would be the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; check that the variable is set")
    return text


def add_file(parser: argparse.ArgumentParser) -> None:
    """Add `--file`: which declaration."""
    parser.add_argument(
        "--file",
        type=named_path,
        default=Path("registry.yaml"),
        metavar="FILE",
        help="the declaration (default: registry.yaml)",
    )


def add_stack(parser: argparse.ArgumentParser) -> None:
    """Add `--stack`: which deployed stack, in any Region."""
    parser.add_argument("--stack", metavar="NAME", help="the deployed stack (default: the declared one, or shared-ecr)")


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add `--stack` and `--region`: which deployed stack."""
    add_stack(parser)
    parser.add_argument("--region", metavar="REGION", help="the Region (default: the declared one, or AWS_REGION)")


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add `--format`: for people or for machines."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")


def locator(arguments: argparse.Namespace, show: "Callable[[str], None] | None" = None) -> "RepositoryLocator":
    """Return what `--file`, `--stack` and `--region` say of where to look; *show* takes notes about it."""
    from shared_ecr.client.addresses import LookupCache, RepositoryLocator
    from shared_ecr.model.names import Region

    region = Region.parse(arguments.region) if arguments.region else None
    return RepositoryLocator(arguments.file, arguments.stack, region, LookupCache(show) if show else LookupCache())


def print_reference(reference: "ImageReference", form: str) -> int:
    """Print *reference* alone on stdout, where a script takes it from, or its parts as JSON."""
    if form == "json":
        import json

        parts = {
            "reference": str(reference),
            "registry": reference.host.text,
            "repository": reference.repository,
            "digest": str(reference.name),
        }
        print(json.dumps(parts, indent=2))
    else:
        print(reference)
    return ExitCode.DONE


class StepLog:
    """Reports on stderr what a command does, a line for each step."""

    def said(self, line: str) -> None:
        """Report one line."""
        print(line, file=sys.stderr, flush=True)

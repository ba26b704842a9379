"""Which acknowledgements count in a comparison: those of the previous declaration, not those of the change itself."""

import argparse
import os
from typing import TYPE_CHECKING

from shared_ecr.cli.options import named_path
from shared_ecr.findings.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.findings import Acknowledgement, Acknowledgements
    from shared_ecr.model.registry import RegistrySpec

_NOT_KNOWN = "The previous declaration is not known: name it by --against-file FILE"


def add_acknowledgements(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which acknowledgements count."""
    parser.add_argument(
        "--against-file",
        type=named_path,
        metavar="FILE",
        help="the declaration of BEFORE: findings are accepted by its 'acknowledged', not by that of the change",
    )
    parser.add_argument(
        "--accept-new-acknowledgements",
        action="store_true",
        help="accept acknowledgements that come with the change; for files that code owners protect",
    )


def counting(
    arguments: argparse.Namespace,
    declared: "RegistrySpec | None",
    *,
    is_comparison: bool,
    previous: "Sequence[Acknowledgement] | None" = None,
    unknown: str = "",
) -> "Acknowledgements":
    """Return the acknowledgements of both sides.

    Args:
        arguments: with the options of `add_acknowledgements`.
        declared: the declaration of the new side, if there is one.
        is_comparison: whether there is a previous side.
        previous: the acknowledgements of the previous side, where it is known without `--against-file`.
        unknown: why they are not known, if there is more to say than that nothing names them.
    """
    from shared_ecr.findings import Acknowledgements

    written = declared.acknowledged if declared else ()
    if not is_comparison:
        if arguments.against_file:
            raise UsageError("--against-file names the declaration of BEFORE, and there is no BEFORE; add --against")
        return Acknowledgements(written)
    if arguments.against_file:
        from shared_ecr.declaration import load

        previous, unknown = load(arguments.against_file, os.environ).registry.acknowledged, ""
    elif previous is None:
        unknown = unknown or _NOT_KNOWN
    return Acknowledgements(written, tuple(previous or ()), arguments.accept_new_acknowledgements, unknown)

"""Options of commands that read a registry as it is now: which repositories, in which Region, how fast."""

import argparse
import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import InvalidValueError, RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.documents.live import LiveRegistry
    from shared_ecr.model.names import Region
    from shared_ecr.model.registry import RegistrySpec


# The metadata of a snapshot is the first thing in it.
_HEAD = 1_000


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add `--repository` and `--except`."""
    parser.add_argument(
        "--repository",
        action="append",
        default=[],
        metavar="PATTERN",
        help="the repositories: a name, or a pattern with '*'; may be repeated (default: all)",
    )
    parser.add_argument(
        "--except",
        dest="excluded",
        action="append",
        default=[],
        metavar="PATTERN",
        help="repositories to leave out; may be repeated",
    )


def add_pace(parser: argparse.ArgumentParser) -> None:
    """Add `--rate` and `--partial`."""
    parser.add_argument(
        "--rate", type=_rate, default=20.0, metavar="N", help="at most so many requests a second (default: 20)"
    )
    parser.add_argument(
        "--partial",
        action="store_true",
        help="continue if AWS denies a part; without this option the exit code is then 4",
    )


def read_live(
    arguments: argparse.Namespace, region: "Region", stacks: "Sequence[str]" = (), *, with_public: bool = False
) -> "LiveRegistry":
    """Read the registry of the caller in *region*; *stacks* are asked for what belongs to them.

    Raises:
        RefusedError: AWS denies a part, and `--partial` is not given.
    """
    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.aws.registry import RegistryQuestion, read_registry
    from shared_ecr.client.aws.registry.repositories import RepositorySelection

    selection = RepositorySelection(
        tuple(getattr(arguments, "repository", ())), tuple(getattr(arguments, "excluded", ()))
    )
    question = RegistryQuestion(
        region,
        datetime.now(UTC).isoformat(timespec="seconds"),
        selection,
        getattr(arguments, "rate", 20.0),
        with_public=with_public,
        stacks=tuple(stacks),
    )
    with closing(AwsClients()) as clients:
        live = read_registry(clients, question)
    require_whole(live, is_partial=getattr(arguments, "partial", False))
    return live


def require_whole(live: "LiveRegistry", *, is_partial: bool) -> None:
    """Refuse a registry of which a part could not be read, unless that was asked for."""
    if not live.unread or is_partial:
        return
    from shared_ecr.text import first_few

    parts = [f"{part.repository or 'the registry'}: {part.action}" for part in live.unread]
    raise RefusedError(
        f"{len(parts)} parts of the registry could not be read: {first_few(parts)}. "
        f"First reason: {live.unread[0].why}. Allow the actions of docs/reference/live.md, or pass --partial"
    )


def load_live(path: Path) -> "LiveRegistry":
    """Read a snapshot from a file.

    Raises:
        InvalidValueError: the file cannot be read, or is not a snapshot.
    """
    from shared_ecr.documents.input_files import read_text
    from shared_ecr.documents.live import parse_document

    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise InvalidValueError(f"{path} cannot be read: {reason}", code="file-unreadable") from error
    return parse_document(text, str(path))


def is_snapshot(path: Path) -> bool:
    """Whether the file at *path* begins as a snapshot does; no other document is read twice for the question."""
    if path.suffix != ".json" or not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        return '"live": {' in file.read(_HEAD)


def live_regions(arguments: argparse.Namespace, declared: "RegistrySpec | None") -> "tuple[Region, ...]":
    """Return the Regions to read: those asked for, else the declared ones, else that of the environment."""
    from shared_ecr.model.names import Region

    asked = arguments.region if isinstance(arguments.region, list) else [arguments.region] if arguments.region else []
    if asked:
        return tuple(dict.fromkeys(Region.parse(each) for each in asked))
    if declared:
        return declared.regions
    held = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not held:
        raise UsageError("no Region is known; pass --region, set AWS_REGION, or run beside a registry.yaml")
    return (Region.parse(held),)


def declared_registry(file: Path) -> "RegistrySpec | None":
    """Return the declaration at *file*, or None where it is the default one and does not exist."""
    from shared_ecr.declaration import DEFAULT_FILE, load

    if file == DEFAULT_FILE and not file.exists():
        return None
    return load(file, os.environ).registry


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0.1 <= rate <= 1_000:  # noqa: PLR2004 — slower is never, faster is no one's quota
        raise argparse.ArgumentTypeError("expected a number of requests a second from 0.1 to 1000")
    return rate

"""An existing folder of an adoption: the files of an earlier run are kept, because they can undo it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.live_options import load_live
from shared_ecr.findings.errors import UsageError

if TYPE_CHECKING:
    from shared_ecr.documents.live import LiveRegistry

_EARLIER = "earlier"


def require_same_registry(folder: Path, live: "LiveRegistry") -> None:
    """Refuse the folder of another registry.

    Raises:
        UsageError: it has the snapshot of another account or Region.
        InvalidValueError: what it has as a snapshot cannot be read.
    """
    held = _held(folder)
    if held is not None and held.home != live.home:
        raise UsageError(
            f"{folder} has the adoption of {held.account} in {held.region}, and {live.account} in {live.region} "
            "was read; name another folder with --folder"
        )


@contextmanager
def locked_adoptions(folders: Sequence[Path]) -> Iterator[None]:
    """Make *folders* where they do not exist, and hold them: of two runs at once, the second one waits.

    Raises:
        UnavailableError: another run holds one of them for too long, or it cannot be opened.
    """
    from shared_ecr.client.credentials.locks import locked_folder

    with ExitStack() as held:
        # In one order, so that two runs do not wait for each other.
        for folder in sorted(set(folders)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            held.enter_context(locked_folder(folder))
        yield


def keep_earlier(folder: Path, live: "LiveRegistry") -> None:
    """Move the files of an earlier run into their own folder, including the commands of its certificate."""
    from shared_ecr.cli.certified_assembly import CHECKSUMS
    from shared_ecr.deployment.adoption.folder import COMMANDS, IMAGES, NOTES, SETTINGS, SNAPSHOT, UNDO
    from shared_ecr.deployment.adoption.terraform_release import REMOVED

    held = _held(folder)
    if held is None:
        return
    commands = [folder / COMMANDS, folder / CHECKSUMS, *folder.glob("mapping-*.json")]
    if held.taken == live.taken:
        for path in commands:
            path.unlink(missing_ok=True)
        return
    # The snapshot last: as long as it is here, an interrupted run is continued by the next one.
    files = (*commands, *(folder / name for name in (UNDO, NOTES, SETTINGS, REMOVED, IMAGES, SNAPSHOT)))
    moved = [path.name for path in files if path.exists()]
    target = _place_for(moved, folder / _EARLIER / held.taken.replace(":", ""), SNAPSHOT)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in moved:
        (folder / name).rename(target / name)


def _held(folder: Path) -> "LiveRegistry | None":
    from shared_ecr.deployment.adoption.folder import SNAPSHOT

    path = folder / SNAPSHOT
    return load_live(path) if path.exists() else None


def _place_for(names: list[str], path: Path, last: str) -> Path:
    """Return *path*, or one like it, that does not exist, or that an interrupted run has filled in part.

    What is moved *last* shows that a folder is complete.
    """
    numbered = (path.with_name(f"{path.name}-{number}") for number in range(2, 1_000))
    return next(
        each
        for each in (path, *numbered)
        if not each.exists() or not any((each / name).exists() for name in (*names, last))
    )

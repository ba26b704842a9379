"""Files with secrets that several processes write: replaced whole, and closed to all other users.

`locks` lets one process write at a time.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from shared_ecr.client.credentials.file_ownership import (
    CLOSE_IN_CHILDREN,
    FOLDER,
    HAS_FOLDERS_TO_OPEN,
    give_owner_of,
)
from shared_ecr.client.credentials.locks import unavailable

PRIVATE_FOLDER_MODE = 0o700


def make_private_folder(folder: Path) -> None:
    """Make *folder* where it is missing, those above it too; only what is made gets the mode 0700.

    Raises:
        UnavailableError: it cannot be made.
    """
    try:
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            # Another process may be faster.
            each.mkdir(PRIVATE_FOLDER_MODE, exist_ok=True)
    except OSError as fault:
        raise unavailable("make", folder, fault) from fault


def replace_file(path: Path, content: bytes, unchanged: Callable[[], bool] = lambda: True) -> bool:
    """Write *content* to *path* so that every reader sees all of the old or all of the new; mode 0600, owner kept.

    Called by one process at a time, so what one left behind that was killed is taken away. Asks *unchanged* at the
    last moment, and writes nothing where it says no. Returns whether it wrote.

    Raises:
        UnavailableError: the disk is full or read-only, or the folder not ours to write; *path* is as it was.
    """
    temporary, prefix = "", f".{path.name}.shared-ecr-"
    try:
        for left in path.parent.iterdir():
            if left.name.startswith(prefix):
                left.unlink(missing_ok=True)
        # mkstemp creates the file with mode 0600.
        descriptor, temporary = tempfile.mkstemp(prefix=prefix, dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            _keep_owner(descriptor, path)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        if not unchanged():
            return False
        Path(temporary).replace(path)
        temporary = ""
        _sync_folder(path.parent)
    except OSError as fault:
        raise unavailable("write", path, fault) from fault
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
    return True


def _keep_owner(descriptor: int, path: Path) -> None:
    """Give the file the owner of the one it replaces: under sudo, root writes the file of a user."""
    with suppress(FileNotFoundError, PermissionError):
        give_owner_of(descriptor, path.stat())


def _sync_folder(folder: Path) -> None:
    """Make the new name outlive a power cut; not every file system can, and the file is whole without it."""
    if not HAS_FOLDERS_TO_OPEN:
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | FOLDER | CLOSE_IN_CHILDREN)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

"""Locks between the processes that write one file: a folder's, which leaves nothing behind, or a file's.

The library `filelock` has the call of each system: `flock` on Linux and macOS, `LockFileEx` on Windows. Both end with
the process that holds the lock. Where a folder cannot be locked, a file in it is.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared_ecr.client.credentials.file_ownership import (
    CLOSE_IN_CHILDREN,
    FOLDER,
    HAS_FOLDERS_TO_OPEN,
    NO_LINK,
)
from shared_ecr.findings.errors import UnavailableError

PRIVATE_FILE_MODE = 0o600
# A writer holds a lock for milliseconds; after this time its process hangs.
PATIENCE_SECONDS = 30.0
# Twenty processes at once wait for a twentieth of a second together.
_PAUSE_SECONDS = 0.005
# Where folders cannot be locked, as over NFS, a file in them is locked instead.
_UNLOCKABLE = {errno.EBADF, errno.EINVAL, errno.EISDIR, errno.ENOLCK, errno.EOPNOTSUPP, errno.EACCES, errno.EPERM}
_REASONS = {
    errno.ENOSPC: "the disk is full",
    getattr(errno, "EDQUOT", -1): "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
}


@contextmanager
def locked_folder(folder: Path, seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the lock of *folder*, which leaves nothing behind; processes that ask together get it in turn.

    Raises:
        UnavailableError: another process holds it for longer than *seconds*, or the folder cannot be opened.
    """
    if not HAS_FOLDERS_TO_OPEN:
        with locked_file(folder / ".shared-ecr.lock", seconds):
            yield
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | FOLDER | CLOSE_IN_CHILDREN)
    except OSError as fault:
        raise unavailable("lock", folder, fault) from fault
    try:
        if _acquired(descriptor, folder, seconds):
            yield
        else:
            with locked_file(folder / ".shared-ecr.lock", seconds):
                yield
    finally:
        os.close(descriptor)


@contextmanager
def locked_file(path: Path, seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the lock of the empty file *path*, which stays.

    Raises:
        UnavailableError: another process holds it for longer than *seconds*, or the file cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | CLOSE_IN_CHILDREN | NO_LINK, PRIVATE_FILE_MODE)
    except OSError as fault:
        raise unavailable("lock", path, fault) from fault
    try:
        if not _acquired(descriptor, path, seconds):
            raise UnavailableError(f"cannot lock {path}: its file system has no locks; nothing was changed")
        yield
    finally:
        os.close(descriptor)


def _acquired(descriptor: int, path: Path, seconds: float) -> bool:
    """Lock an open file or folder until it is closed; False where its file system cannot.

    Raises:
        UnavailableError: another process holds it for longer than *seconds*.
    """
    # Only a write needs the import; the quick answer of the credential helper does not.
    from filelock import lock_descriptor

    deadline = time.monotonic() + seconds
    while True:
        try:
            if lock_descriptor(descriptor, blocking=False):
                return True
        except OSError as fault:
            if fault.errno in _UNLOCKABLE:
                return False
            raise unavailable("lock", path, fault) from fault
        if time.monotonic() >= deadline:
            raise UnavailableError(
                f"another process holds the lock of {path} for over {seconds:.0f} s; end it and try again"
            )
        time.sleep(_PAUSE_SECONDS)


def unavailable(verb: str, path: Path, fault: OSError) -> UnavailableError:
    """Say why *path* cannot be written to, as the system has it."""
    reason = _REASONS.get(fault.errno or 0) or fault.strerror or str(fault)
    return UnavailableError(f"cannot {verb} {path}: {reason}; nothing was changed")

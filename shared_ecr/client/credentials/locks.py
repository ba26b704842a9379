"""Locks between the processes that write one file: a folder's, which leaves nothing behind, or a file's.

For Linux and macOS: the locks are `flock`, which ends with the process that holds it.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared_ecr.errors import UnavailableError

PRIVATE_FILE_MODE = 0o600
# A writer holds a lock for milliseconds; after this time its process hangs.
PATIENCE_SECONDS = 30.0
# Twenty processes at once wait for a twentieth of a second together.
_PAUSE_SECONDS = 0.005
# Where folders cannot be locked, as over NFS, a file beside stands for them.
_UNLOCKABLE = {errno.EBADF, errno.EINVAL, errno.EISDIR, errno.ENOLCK, errno.EOPNOTSUPP, errno.EACCES, errno.EPERM}
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
}


@contextmanager
def locked_folder(folder: Path, seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the lock of *folder*, which leaves nothing behind; processes that ask together get it in turn.

    Raises:
        UnavailableError: another process holds it for longer than *seconds*, or the folder cannot be opened.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
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
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_FILE_MODE)
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
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise UnavailableError(
                    f"another process holds the lock of {path} for over {seconds:.0f} s; end it and try again"
                ) from None
            time.sleep(_PAUSE_SECONDS)
        except OSError as fault:
            if fault.errno in _UNLOCKABLE:
                return False
            raise unavailable("lock", path, fault) from fault
        else:
            return True


def unavailable(verb: str, path: Path, fault: OSError) -> UnavailableError:
    """Say why *path* cannot be written to, as the system has it."""
    reason = _REASONS.get(fault.errno or 0) or fault.strerror or str(fault)
    return UnavailableError(f"cannot {verb} {path}: {reason}; nothing was changed")

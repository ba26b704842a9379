"""Atomic file writes: a file has its final name only when it is whole, whatever ends the program.

Each is locked while it is written. So a program that comes later distinguishes the files of one that was
killed, which have no lock any more, from those that another is still writing. Windows gives no name to an open file,
so there the lock ends before the file has its name, and only files that are a day old count as left over.
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from shared_ecr.client.credentials.file_ownership import CLOSE_IN_CHILDREN, MOVES_OPEN_FILES, NO_LINK
from shared_ecr.client.http.workers import StoppedError

PREFIX = ".new-"
# Where no lock shows it: the time between the last byte of a file and its name is far below this.
_LEFT_OVER_SECONDS = 24 * 60 * 60


class AtomicFiles:
    """The files that one program is writing; used by several threads."""

    def __init__(self) -> None:
        self._at_work: set[Path] = set()
        self._is_over = False
        self._lock = threading.Lock()

    @contextmanager
    def file(self, target: Path) -> Iterator[IO[bytes]]:
        """Give the block a file that gets the name *target* when the block succeeds, and is removed when it fails."""
        path, file = self._begun(target.parent)
        try:
            with file:
                # Temporary files are private; what others may read of a layout is for the folder's mode to say.
                path.chmod(0o644)
                yield file
                file.flush()
                if MOVES_OPEN_FILES:
                    # While it is open, so while it is locked: else another pull could remove it as left over.
                    path.replace(target)
            if not MOVES_OPEN_FILES:
                path.replace(target)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            self._ended(path)

    def abandon(self) -> None:
        """Remove what is being written, by threads that will not come back, and let nothing new begin."""
        with self._lock:
            self._is_over = True
            for path in self._at_work:
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _begun(self, folder: Path) -> tuple[Path, IO[bytes]]:
        while True:
            with self._lock:
                if self._is_over:
                    raise StoppedError
                descriptor, name = tempfile.mkstemp(prefix=PREFIX, dir=folder)
                self._at_work.add(Path(name))
            _lock(descriptor, wait=True)
            # A pull that removes what is left over may have been faster.
            if os.fstat(descriptor).st_nlink:
                return Path(name), os.fdopen(descriptor, "wb")
            os.close(descriptor)
            self._ended(Path(name))

    def _ended(self, path: Path) -> None:
        with self._lock:
            self._at_work.discard(path)


def sweep(folder: Path) -> None:
    """Remove what programs that were killed have left in *folder*; what cannot be removed stays."""
    for path in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if not MOVES_OPEN_FILES:
                if time.time() - path.stat().st_mtime > _LEFT_OVER_SECONDS:
                    # Refused by the system while another program has it open.
                    path.unlink()
                continue
            descriptor = os.open(path, os.O_RDWR | CLOSE_IN_CHILDREN | NO_LINK)
            try:
                if _lock(descriptor):
                    path.unlink()
            finally:
                os.close(descriptor)


def _lock(descriptor: int, *, wait: bool = False) -> bool:
    """Lock an open file until it is closed; False where another program has it, or nothing can be locked here.

    With *wait* another program's lock is waited for: on a new file it lasts for one look.
    """
    from filelock import lock_descriptor

    try:
        return lock_descriptor(descriptor, blocking=wait)
    except OSError:
        return False

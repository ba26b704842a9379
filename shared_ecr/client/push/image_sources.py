"""The images of one run, each opened once however many repositories it is pushed to."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from threading import Lock

from shared_ecr.client.sources import open_source
from shared_ecr.client.sources.interface import ImageSource
from shared_ecr.findings.errors import SharedEcrError


class _ImageSlot:
    """One image, and the lock that lets one thread open it while the others wait."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.source: ImageSource | None = None
        self.error: SharedEcrError | None = None


class Images:
    """Opens each image once for all pushes of it: an archive is unpacked, and stdin is read, a single time.

    *wanted* has each image as often as it will be asked for: after the last `done` its temporary files go.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        self._left = Counter(wanted)
        self._slots = {image: _ImageSlot() for image in self._left}
        self._lock = Lock()

    def open(self, image: str) -> ImageSource:
        """Return *image*; the first call opens it.

        Raises:
            InvalidImageError: it is not an image; later calls raise the same error.
            UnavailableError: it cannot be read.
        """
        slot = self._slots[image]
        with slot.lock:
            if slot.error is not None:
                raise slot.error
            if slot.source is None:
                try:
                    slot.source = open_source(image)
                except SharedEcrError as error:
                    slot.error = error
                    raise
            return slot.source

    def done(self, image: str) -> None:
        """Say that one of those who wanted *image* no longer needs it."""
        with self._lock:
            self._left[image] -= 1
            is_last = not self._left[image]
        if is_last:
            self._close(self._slots[image])

    def close(self) -> None:
        """Close what is open, wanted or not: the run is over."""
        for slot in self._slots.values():
            self._close(slot)

    @staticmethod
    def _close(slot: _ImageSlot) -> None:
        # Who is stopped while it opens an image holds the lock; the process that ends frees what it wrote.
        if not slot.lock.acquire(timeout=0.1):
            return
        try:
            source, slot.source = slot.source, None
            if source is not None:
                with suppress(OSError):
                    source.close()
        finally:
            slot.lock.release()

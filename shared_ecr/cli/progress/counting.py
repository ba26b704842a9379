"""What has moved when a command is interrupted: counted on the way to a display, and shown as its last word."""

import threading
import time
from typing import TYPE_CHECKING

from shared_ecr.cli.progress.tally import ProgressTally
from shared_ecr.text import counted

if TYPE_CHECKING:
    from shared_ecr.client.pushers.events import Event, Progress


class Counted:
    """Hands events on, and counts them."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._tally = ProgressTally(time.monotonic)
        self._lock = threading.Lock()

    def happened(self, event: "Event") -> None:
        """Count one event and hand it on."""
        with self._lock:
            self._tally.happened(event)
        self._progress.happened(event)

    def last_word(self, how: str) -> str:
        """Say how far it came; *how* the layers moved: `uploaded`, `downloaded`."""
        if not self._tally.blobs:
            return f"interrupted; data that was {how} is kept and will be reused [interrupted]"
        done = f"{self._tally.done:,} of {counted(self._tally.blobs, 'layer')}"
        return f"interrupted; {done} {'is' if self._tally.done == 1 else 'are'} {how} and will be reused [interrupted]"

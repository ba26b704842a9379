"""The display for logs: a line for each blob that is done, and a sign of life for those that take long."""

import threading
import time
from typing import Self, TextIO

from shared_ecr.cli.progress.tally import BlobInTransfer, MonotonicClock, ProgressTally
from shared_ecr.cli.progress.ticker import Ticker
from shared_ecr.cli.progress.wording import abbreviated, labels, part_of, plain, speed
from shared_ecr.client.pushers.events import BlobEnded, Event, ManifestStored, Message
from shared_ecr.text import size as sized

# Anyone who reads a log wonders after half a minute, and some CI services end a job that says nothing for ten.
HEARTBEAT_SECONDS = 30.0
_TICK_SECONDS = 1.0


class Lines:
    """Prints lines that stay, without any control character."""

    def __init__(self, stream: TextIO, clock: MonotonicClock = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._tally = ProgressTally(clock)
        self._lock = threading.Lock()
        self._ticker = Ticker(_TICK_SECONDS, self.beat)

    def happened(self, event: Event) -> None:
        """Print what is worth a line; bytes that move are not."""
        with self._lock:
            self._tally.happened(event)
            match event:
                case BlobEnded(target, digest, size, outcome):
                    self._print(target, f"{abbreviated(digest)} {sized(size)} {outcome}")
                case ManifestStored(target, digest, name):
                    self._print(target, f"{abbreviated(digest)} stored as {name}")
                case Message(target, line):
                    self._print(target, line)
                case _:
                    pass

    def expect(self, targets: int) -> None:
        """Name the target in each line from now on, where there are several."""
        with self._lock:
            self._tally.expected = targets

    def said(self, line: str) -> None:
        """Print a line."""
        with self._lock:
            self._print("", line)

    complained = said

    def failed(self, target: str) -> None:
        """Stop the signs of life of *target*."""
        with self._lock:
            self._tally.forget(target)

    def beat(self) -> None:
        """Print how far each blob is of which nothing was shown for half a minute."""
        now = self._clock()
        with self._lock:
            for blob in self._tally.moving:
                if now - blob.reported >= HEARTBEAT_SECONDS:
                    blob.reported = now
                    self._print(blob.target, _so_far(blob, now))

    def __enter__(self) -> Self:
        self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ticker.stop()

    def _print(self, target: str, line: str) -> None:
        label = labels(self._tally.targets, expected=self._tally.expected).get(target, "")
        print(plain(f"{label}: {line}" if label else line), file=self._stream, flush=True)


def _so_far(blob: BlobInTransfer, now: float) -> str:
    """Render a sign of life: `sha256:0123456789ab… 3.1 of 12.3 MB after 30 s, 0.1 MB/s`."""
    after = f"after {now - blob.began:.0f} s"
    return f"{abbreviated(blob.digest)} {part_of(blob.moved, blob.size)} {after}, {speed(blob.speed(now))}"

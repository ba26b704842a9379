"""A beat at intervals, on a thread of its own that ends with the display."""

import threading
from collections.abc import Callable
from contextlib import suppress

# How long a beat that is writing to a slow terminal is waited for.
_PATIENCE_SECONDS = 1.0


class Ticker:
    """Calls *beat* every so many seconds between `start` and `stop`."""

    def __init__(self, seconds: float, beat: Callable[[], None]) -> None:
        self._seconds, self._beat = seconds, beat
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def start(self) -> None:
        """Begin to beat; where no thread can be started, the progress is not refreshed and the work continues."""
        with suppress(RuntimeError):
            self._thread.start()

    def stop(self) -> None:
        """Stop; the thread has ended when this returns."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join(_PATIENCE_SECONDS)

    def _run(self) -> None:
        while not self._over.wait(self._seconds):
            self._beat()

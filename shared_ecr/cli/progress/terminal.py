"""The display for people: a few lines at the bottom of the terminal that are redrawn until all is done."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType
from typing import Any, Self, TextIO

from shared_ecr.cli.progress.frames import TerminalLook, frame
from shared_ecr.cli.progress.tally import MonotonicClock, ProgressTally
from shared_ecr.cli.progress.ticker import Ticker
from shared_ecr.cli.progress.wording import plain
from shared_ecr.client.pushers.events import Event, Message

# Ten times a second: smoother costs more than anyone sees, and a slow connection would lag behind.
FRAME_SECONDS = 0.1
_CLEAR_LINE, _CLEAR_BELOW = "\x1b[K", "\x1b[J"
_USUAL_SIZE = os.terminal_size((80, 24))


class Terminal:
    """Draws with cursor movements; lines that are shown stay above what is redrawn.

    Nothing of it is left when it ends, by whatever reason, so errors are on lines of their own.
    """

    def __init__(self, stream: TextIO, environ: Mapping[str, str], clock: MonotonicClock = time.monotonic) -> None:
        self._stream, self._environ = stream, environ
        self._tally = ProgressTally(clock)
        # A signal may interrupt a thread that holds it.
        self._lock = threading.RLock()
        self._drawn = 0
        self._waiting: list[str] = []
        self._is_over = False
        self._ticker = Ticker(FRAME_SECONDS, self.draw)
        self._restore: Callable[[], object] = lambda: None

    def happened(self, event: Event) -> None:
        """Count *event*; the next redrawing shows it, and a line that was shown."""
        with self._lock:
            self._tally.happened(event)
            if isinstance(event, Message):
                self._waiting.append(event.line)

    def expect(self, targets: int) -> None:
        """Name the target in each line from now on, where there are several."""
        with self._lock:
            self._tally.expected = targets

    def said(self, line: str) -> None:
        """Print a line that stays, with the next redrawing: an engine may show hundreds a second."""
        with self._lock:
            self._waiting.append(line)
            if self._is_over:
                self._write("".join(f"{row}\n" for row in self._shown()))

    complained = said

    def failed(self, target: str) -> None:
        """Show nothing more of *target*."""
        with self._lock:
            self._tally.forget(target)

    def draw(self) -> None:
        """Print the lines that stay, and redraw those at the bottom."""
        with self._lock:
            lines = frame(self._tally, self._look())
            back = f"\x1b[{self._drawn}A\r" if self._drawn else ""
            # Overwritten line by line, not erased first: that would flicker.
            shown = "".join(f"{line}{_CLEAR_LINE}\n" for line in (*self._shown(), *lines))
            self._write(back + shown + (_CLEAR_BELOW if back else ""))
            self._drawn = len(lines)

    def __enter__(self) -> Self:
        self._restore = _on_return_to_foreground(self._forget)
        self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ticker.stop()
        self._restore()
        with self._lock:
            # This also clears what the terminal echoed below, such as ^C.
            back = f"\x1b[{self._drawn}A\r{_CLEAR_BELOW}" if self._drawn else ""
            self._write(back + "".join(f"{line}\n" for line in self._shown()))
            self._drawn, self._is_over = 0, True

    def _shown(self) -> list[str]:
        reported, self._waiting = self._waiting, []
        return [row for line in reported for row in plain(line).split("\n")]

    def _forget(self) -> None:
        """Begin again below: after a stop the shell has written over what was drawn."""
        self._drawn = 0

    def _look(self) -> TerminalLook:
        try:
            size = os.get_terminal_size(self._stream.fileno())
        except (OSError, ValueError):
            size = _USUAL_SIZE
        # Some terminals, such as those of editors, say 0.
        columns, rows = size.columns or _USUAL_SIZE.columns, size.lines or _USUAL_SIZE.lines
        return TerminalLook(
            columns, rows, colour=not self._environ.get("NO_COLOR"), unicode=_writes_unicode(self._stream)
        )

    def _write(self, text: str) -> None:
        if text:
            # A terminal that went away must not stop a push.
            with suppress(OSError, ValueError):
                self._stream.write(text)
                self._stream.flush()


def _writes_unicode(stream: TextIO) -> bool:
    try:
        "━╌…".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _on_return_to_foreground(call: Callable[[], None]) -> Callable[[], object]:
    """Have *call* called when the program continues after Ctrl-Z; return what takes that back."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        return lambda: None

    def resumed(_: int, __: FrameType | None) -> None:
        call()

    before: Any = signal.signal(signal.SIGCONT, resumed)
    return lambda: signal.signal(signal.SIGCONT, before)

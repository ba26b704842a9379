"""What is read from one socket for one answer, within a deadline, so that no registry can hold a thread.

A timeout of a socket is a limit for one read; a server that sends a byte before each of them ends may take days.
Here the head of an answer (with all the `100 Continue` before it) has a time and a size, and a body has a lowest speed.
"""

import time
from typing import Protocol

from shared_ecr.client.http.time_limits import TimeLimits

# Registries send two kilobytes.
MAX_HEAD_BYTES = 256 * 1024
# A body that brings less than this within the longest silence, and does not end, is no download.
LEAST_BYTES = 64 * 1024


class SlowAnswerError(Exception):
    """An answer took too long, or its head was too large; never leaves `transport`."""


class Socket(Protocol):
    """What is used of a socket, which may be one of TLS."""

    def settimeout(self, value: float | None, /) -> None:
        """Limit each of the following operations, in seconds."""
        ...

    def recv(self, size: int, /) -> bytes:
        """Return at most *size* bytes; none where the other side has ended."""
        ...

    def send(self, content: bytes | memoryview, /) -> int:
        """Send as much of *content* as can be sent now, and return how many bytes that was."""
        ...

    def sendall(self, content: bytes, /) -> None:
        """Send all of *content*."""
        ...

    def fileno(self) -> int:
        """Return the number by which the system knows it."""
        ...

    def close(self) -> None:
        """End both directions."""
        ...


class TimedReader:
    """Reads one answer; the deadline is that of the part that is read."""

    def __init__(self, sock: Socket, limits: TimeLimits, *, is_look: bool = False, came: bytes = b"") -> None:
        """*came* is what arrived already."""
        self._sock, self._limits, self._came = sock, limits, came
        self._silence = min(limits.look, limits.silence) if is_look else limits.silence
        self._is_head, self._is_small, self._count = True, False, 0
        self._came_at = time.monotonic()
        self._deadline = self._came_at + limits.head

    def begin_body(self) -> None:
        """Note that the head has been read."""
        self._is_head, self._count, self._silence = False, 0, self._limits.silence
        self._deadline = time.monotonic() + self._silence

    def limit_body(self) -> None:
        """Give all of the body one short time, as it is not a layer."""
        self._is_small = True
        self._deadline = time.monotonic() + self._limits.small_answer

    def read(self, size: int) -> bytes:
        """Return at most *size* bytes; none where the other side has ended.

        Raises:
            SlowAnswerError: the deadline has passed, or the head is too large.
            TimeoutError: nothing came at all, which another try may change.
            OSError: the connection broke.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._slow()
        self._sock.settimeout(min(left, self._silence))
        try:
            content = self._taken(size) or self._sock.recv(size)
        except TimeoutError:
            # Silence may pass; bytes that come too slowly are how the server answers.
            if (self._count or self._is_small) and time.monotonic() >= self._deadline and not self._is_stalled():
                raise self._slow() from None
            raise
        self._came_at = time.monotonic()
        self._count += len(content)
        if self._is_head and self._count > MAX_HEAD_BYTES:
            raise SlowAnswerError(f"the head of its answer has over {MAX_HEAD_BYTES} bytes")
        if not self._is_head and not self._is_small and self._count >= LEAST_BYTES:
            self.begin_body()
        return content

    def _taken(self, size: int) -> bytes:
        content, self._came = self._came[:size], self._came[size:]
        return content

    def _is_stalled(self) -> bool:
        """Whether a layer came, and then nothing more: the way to the server is broken, and another try may help."""
        is_layer = not self._is_head and not self._is_small
        return is_layer and time.monotonic() - self._came_at >= self._silence / 2

    def _slow(self) -> SlowAnswerError:
        return SlowAnswerError(f"its answer is too slow: {self._count} bytes came in the time allowed")

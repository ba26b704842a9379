"""Connections whose answers have a deadline, so that no registry can hold a thread by a byte now and then.

A timeout of a socket is a limit for one read; a server that sends a byte before each of them ends may take days.
Here the head of an answer (with all the `100 Continue` before it) has a time and a size, and a body has a lowest speed.
"""

import io
import time
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING, Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from shared_ecr.client.http.time_limits import TimeLimits

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer

# http.client takes a hundred headers of 64 KiB, and `100 Continue` without end; registries send two kilobytes.
MAX_HEAD_BYTES = 256 * 1024
# A body that brings less than this within the longest silence, and does not end, is no download.
LEAST_BYTES = 64 * 1024
LINE = 64 * 1024
# 101 switches to another protocol and is not an interim answer; nothing here asks for it.
_INTERIM, OK = 101, 200


class SlowAnswerError(Exception):
    """An answer took too long, or its head was too large; never leaves `transport`."""


class _TimedSocket(io.RawIOBase):
    """What is read from one socket for one answer, with the deadline of the part that is read."""

    def __init__(self, raw: io.RawIOBase, sock: "socket.socket", limits: TimeLimits) -> None:
        super().__init__()
        self._raw, self._sock, self._limits = raw, sock, limits
        self._is_head, self._is_small, self._count = True, False, 0
        self._deadline = time.monotonic() + limits.head

    def begin_body(self) -> None:
        """Say that the head has been read."""
        self._is_head, self._count = False, 0
        self._deadline = time.monotonic() + self._limits.silence

    def limit_body(self) -> None:
        """Say that the body is not a layer, so that all of it has one short time."""
        self._is_small = True
        self._deadline = time.monotonic() + self._limits.small_answer

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._slow()
        self._sock.settimeout(min(left, self._limits.silence))
        try:
            count = self._raw.readinto(buffer)
        except TimeoutError:
            # Silence from the beginning may pass; bytes that come too slowly are how the server answers.
            if (self._count or self._is_small) and time.monotonic() >= self._deadline:
                raise self._slow() from None
            raise
        self._count += count or 0
        if self._is_head and self._count > MAX_HEAD_BYTES:
            raise SlowAnswerError(f"the head of its answer has over {MAX_HEAD_BYTES} bytes")
        if not self._is_head and not self._is_small and self._count >= LEAST_BYTES:
            self.begin_body()
        return count

    def _slow(self) -> SlowAnswerError:
        return SlowAnswerError(f"its answer is too slow: {self._count} bytes came in the time allowed")

    def close(self) -> None:
        self._raw.close()
        super().close()


def limit_body(response: object) -> None:
    """Give the body of *response*, one of urllib3's, the time of a small answer."""
    # urllib3 has no public way from its response to that of http.client.
    limit = getattr(getattr(response, "_original_response", None), "limit_body", None)
    if limit is not None:
        limit()


def connection_pools(limits: TimeLimits) -> dict[str, Any]:
    """Return what a pool manager makes its pools of, by scheme."""

    class _Response(HTTPResponse):
        def __init__(self, sock: "socket.socket", *arguments: Any, **more: Any) -> None:
            super().__init__(sock, *arguments, **more)
            self._timed = _TimedSocket(self.fp.detach(), sock, limits)
            self.fp = io.BufferedReader(self._timed)

        def _read_status(self) -> tuple[str, int, str]:
            """Skip every interim answer: http.client knows `100 Continue` alone, and proxies send `103 Early Hints`.

            https://www.rfc-editor.org/rfc/rfc9110#section-15.2
            """
            while True:
                version, status, reason = super()._read_status()  # type: ignore[misc]  # private to http.client, and as old as `begin`
                if not _INTERIM < status < OK:
                    return version, status, reason
                while self.fp.readline(LINE) not in {b"\r\n", b"\n", b""}:
                    pass

        def begin(self) -> None:
            super().begin()
            length = self.headers.get("Content-Length")
            if length is not None and not (length.isascii() and length.isdigit()):
                # http.client would read until the connection ends, which it never does.
                raise HTTPException(f"its Content-Length is {length[:40]!r}")
            self._timed.begin_body()

        def limit_body(self) -> None:
            self._timed.limit_body()

    class _Http(HTTPConnection):
        response_class = _Response

    class _Https(HTTPSConnection):
        response_class = _Response

    class _HttpPool(urllib3.HTTPConnectionPool):
        ConnectionCls = _Http  # pyright: ignore[reportAssignmentType]  # urllib3 declares a protocol that its own class does not meet

    class _HttpsPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = _Https  # pyright: ignore[reportAssignmentType]  # as above

    return {"http": _HttpPool, "https": _HttpsPool}

"""Send a request, and read what comes meanwhile: a server may refuse a layer before all of it has arrived.

It may then stop reading and keep the connection open, and the client would wait until its time is over.
https://www.rfc-editor.org/rfc/rfc9110#section-7.5
"""

import select
import time
from collections.abc import Iterable

from shared_ecr.client.http.time_limits import TimeLimits
from shared_ecr.client.http.timed_reader import MAX_HEAD_BYTES, Socket
from shared_ecr.text.patterns import LazyPattern

Body = bytes | Iterable[bytes] | None

# A small body leaves together with its head.
_SMALL = 64 * 1024
_PART = 64 * 1024
# How long nothing can be sent before the sender listens. It listens before each part too.
_STEP_SECONDS = 0.5
# For what has arrived and has no bytes for us, such as a session ticket of TLS.
_MOMENT_SECONDS = 0.001
# One whole interim answer: `100 Continue`, `103 Early Hints`. `101 Switching Protocols` is not interim.
_INTERIM = LazyPattern(r"HTTP/1\.\d 1(?!01)\d\d[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n")
_BEGINS_INTERIM = LazyPattern(r"HTTP/1\.\d 1(?!01)\d\d")
_STATUS_ENDS_AT = len("HTTP/1.1 100")


class RequestSender:
    """Sends one request."""

    def __init__(self, sock: Socket, limits: TimeLimits) -> None:
        self._sock, self._limits = sock, limits
        # A nested TLS connection loses bytes when it is interrupted.
        self._has_steps = not hasattr(sock, "incoming")
        self._step = min(_STEP_SECONDS, limits.silence) if self._has_steps else limits.silence
        self.is_cut = False
        """Whether a part of the request was not sent: the server does not have all of it."""
        self.fault: OSError | None = None
        """What broke the connection while the request was sent."""
        self.early = b""
        """What came before all was sent."""

    def send(self, head: bytes, body: Body) -> None:
        """Send *head* and *body*, until the connection breaks or an answer begins.

        Raises:
            TimeoutError: the server takes nothing, and says nothing.
            Exception: whatever *body* raises.
        """
        self._sock.settimeout(self._step)
        if isinstance(body, bytes) and len(body) <= _SMALL:
            self._sent(head + body)
            return
        if not self._sent(head):
            return
        for part in (body,) if isinstance(body, bytes) else body or ():
            if self._is_answered() or not self._sent(part):
                self.is_cut = True
                return

    def _sent(self, part: bytes) -> bool:
        """Send *part*; return whether more may follow."""
        try:
            return self._in_steps(memoryview(part)) if self._has_steps else self._in_one(part)
        except TimeoutError:
            raise
        except OSError as fault:
            # An answer may have come all the same.
            self.is_cut, self.fault = True, fault
            return False

    def _in_one(self, part: bytes) -> bool:
        self._sock.sendall(part)
        return True

    def _in_steps(self, rest: memoryview) -> bool:
        deadline = time.monotonic() + self._limits.silence
        while rest:
            try:
                count = self._sock.send(rest)
            except TimeoutError:
                # TLS has kept what it has begun, and continues with the same bytes.
                if self._is_answered():
                    self.is_cut = True
                    return False
                if time.monotonic() >= deadline:
                    raise
            else:
                rest = rest[count:]
                deadline = time.monotonic() + self._limits.silence
        return True

    def _is_answered(self) -> bool:
        """Whether an answer that is not an interim one has begun, or the other side has ended."""
        if not is_readable(self._sock):
            return False
        self._sock.settimeout(_MOMENT_SECONDS)
        try:
            part = self._received()
        except TimeoutError:
            return False
        finally:
            self._sock.settimeout(self._step)
        self.early += part
        return not part or _is_final(self.early.decode("latin-1"))

    def _received(self) -> bytes:
        try:
            return self._sock.recv(_PART)
        except TimeoutError:
            raise
        except OSError as fault:
            self.fault = fault
            return b""


def is_readable(sock: Socket) -> bool:
    """Whether something has arrived, or the other side has ended the connection."""
    pending = getattr(sock, "pending", None)
    if pending is not None and pending():
        # Of one record of TLS, the system has given all to OpenSSL.
        return True
    if not hasattr(select, "poll"):
        # Windows has no limit for numbers there.
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))


def _is_final(came: str) -> bool:
    """Whether something else than interim answers has begun."""
    while interim := _INTERIM.match(came):
        came = came[interim.end() :]
    return len(came) >= _STATUS_ENDS_AT and (not _BEGINS_INTERIM.match(came) or len(came) > MAX_HEAD_BYTES)

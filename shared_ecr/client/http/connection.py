"""One connection to one host: opened, by a proxy where there is one, and used for one request after another.

https://www.rfc-editor.org/rfc/rfc9112
"""

import socket
from collections.abc import Mapping
from urllib.parse import quote

from shared_ecr.client.http.connection_faults import reaching
from shared_ecr.client.http.origins import HttpOrigin
from shared_ecr.client.http.request_sender import Body, RequestSender, is_readable
from shared_ecr.client.http.response_parser import BrokenOffError, ParsedResponse
from shared_ecr.client.http.time_limits import TimeLimits
from shared_ecr.client.http.timed_reader import Socket, TimedReader

# Of https://www.rfc-editor.org/rfc/rfc3986#section-2, and `%`: the rest of a target is encoded.
_ALLOWED_IN_TARGETS = "%:/?#[]@!$&'()*+,;=-._~"
# Requests that may have a body say that theirs is empty. https://www.rfc-editor.org/rfc/rfc9110#section-8.6
_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE", "CONNECT"})
# What these ask for is in the head of the answer, or comes after it.
_ANSWERED_BY_HEAD = frozenset({"HEAD", "CONNECT"})
# Requests that change nothing, so that a registry has little to do before it answers.
_LOOKS = frozenset({"GET", "HEAD"})
_SUCCESSES = range(200, 300)


class Connection:
    """A connection that is open; used by one thread at a time."""

    def __init__(self, sock: Socket, limits: TimeLimits) -> None:
        self._sock, self._limits = sock, limits
        self._is_used_up = False

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: Body = None) -> ParsedResponse:
        """Send a request and read the head of the answer.

        Raises:
            InvalidHttpError: what came is not HTTP.
            SlowAnswerError: the answer takes too long.
            OSError: the connection broke, or nothing came in time.
        """
        sender = RequestSender(self._sock, self._limits)
        sender.send(request_head(method, target, headers, body), body)
        # A server that refuses a request may answer and close before all of it was sent.
        self._is_used_up = sender.is_cut
        reader = TimedReader(self._sock, self._limits, is_look=method in _LOOKS, came=sender.early)
        try:
            answer = ParsedResponse(reader, to_head=method in _ANSWERED_BY_HEAD)
        except OSError as fault:
            raise (sender.fault or fault) from None
        if sender.is_cut and answer.status in _SUCCESSES:
            # It cannot have what it was not sent.
            raise sender.fault or BrokenOffError
        return answer

    def may_follow(self, answer: ParsedResponse) -> bool:
        """Whether another request can be sent after *answer*, which came by this connection."""
        return not self._is_used_up and answer.may_be_followed

    def is_idle(self) -> bool:
        """Whether the other side has neither ended the connection nor sent what nothing asked for."""
        return not is_readable(self._sock)

    def close(self) -> None:
        """End the connection."""
        self._sock.close()


def open_socket(host: str, port: int, limits: TimeLimits) -> socket.socket:
    """Connect to the first address of *host* that answers."""
    # A name in bytes is not looked for in the tables of international names, which take time to load.
    address = (host.encode("ascii"), port)
    sock = socket.create_connection(address, limits.connect)  # type: ignore[arg-type]  # typeshed knows names in str
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def connect_plainly(origin: HttpOrigin, authority: str, limits: TimeLimits) -> Connection:
    """Open a connection without TLS; *authority* is the name of *origin* in references.

    Raises:
        UnavailableError: it cannot be reached.
        TransientError: it did not answer in time.
    """
    with reaching(authority):
        return Connection(open_socket(origin.host, origin.port, limits), limits)


def request_head(method: str, target: str, headers: Mapping[str, str], body: Body) -> bytes:
    """Return the bytes that begin a request, up to its body."""
    lines = [f"{method} {quote(target, safe=_ALLOWED_IN_TARGETS)} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    names = {name.lower() for name in headers}
    if "accept-encoding" not in names:
        # Digests are of the bytes as they are stored.
        lines.append("Accept-Encoding: identity")
    if "content-length" not in names and (isinstance(body, bytes) or (body is None and method not in _WITHOUT_BODY)):
        lines.append(f"Content-Length: {len(body or b'')}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")

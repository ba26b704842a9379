"""HTTP over our own connections, which are kept open; time limits are set and certificates are verified.

`exchange` decides on redirects, logins and repetitions. A fault of a connection becomes a `TransientError` where
another try may help, and an `UnavailableError` where it cannot (`connection_faults`).
"""

import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Self
from urllib.parse import urlsplit

from shared_ecr.client.http.connection import connect_plainly
from shared_ecr.client.http.connection_faults import answering
from shared_ecr.client.http.connection_pool import BorrowedConnection, ConnectionPool
from shared_ecr.client.http.egress import proxy_for
from shared_ecr.client.http.origins import HttpOrigin
from shared_ecr.client.http.request_sender import Body
from shared_ecr.client.http.time_limits import TIME_LIMITS, TimeLimits
from shared_ecr.findings.errors import UnavailableError

CHUNK = 512 * 1024
# Manifests are bounded by 4 MiB; tokens and errors are smaller.
MAX_BODY = 4 * 1024 * 1024


class HttpResponse:
    """Status and headers, and a body that is read once: whole and bounded, or in chunks."""

    def __init__(self, url: str, borrowed: BorrowedConnection, limits: TimeLimits = TIME_LIMITS) -> None:
        self.url, self.status, self._limits = url, borrowed.answer.status, limits
        self._borrowed = borrowed
        self._body: bytes | None = None

    def header(self, name: str) -> str | None:
        """Return the value of a header, whatever its case."""
        return self._borrowed.answer.header(name)

    def headers(self, name: str) -> list[str]:
        """Return every value of a header that may come more than once."""
        return self._borrowed.answer.values(name)

    @property
    def body(self) -> bytes:
        """The body; refused beyond 4 MiB, and when it takes longer than such a body may."""
        if self._body is None:
            self._borrowed.answer.limit_body()
            content, deadline = bytearray(), time.monotonic() + self._limits.small_answer
            for part in self.chunks():
                content += part
                if len(content) > MAX_BODY:
                    raise UnavailableError(f"{_host_of(self.url)} answered with over {MAX_BODY} bytes; that is refused")
                if time.monotonic() > deadline:
                    raise UnavailableError(
                        f"{_host_of(self.url)} answers too slowly: {len(content)} bytes came in "
                        f"{self._limits.small_answer:g} s"
                    )
            self._body = bytes(content)
        return self._body

    def chunks(self) -> Iterator[bytes]:
        """Yield the body, then give the connection back; one that was not read to its end is closed."""
        try:
            with answering(_host_of(self.url)):
                yield from self._borrowed.answer.body(CHUNK)
        finally:
            self._borrowed.release()

    def drop(self) -> None:
        """Release the connection without reading the body."""
        self._borrowed.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()


class Transport:
    """Sends requests and keeps the connections, for one push or pull."""

    def __init__(self, environ: Mapping[str, str], *, connections: int, limits: TimeLimits = TIME_LIMITS) -> None:
        self._environ, self._limits = environ, limits
        self._connections = connections
        self._pools: dict[tuple[str | None, str], ConnectionPool] = {}

    def send(self, method: str, url: str, headers: Mapping[str, str], body: Body = None) -> HttpResponse:
        """Send one request; *body*, where it is not bytes, needs a `Content-Length` among *headers*.

        Raises:
            TransientError: the connection broke, or there was no answer in time.
            UnavailableError: the host cannot be reached or does not prove who it is, or a login cannot be sent.
        """
        _refuse_unsendable(url, headers)
        pool, host = self._pool(url), _host_of(url)
        own = {"Host": pool.origin.host_header, "User-Agent": "shared-ecr"}
        with answering(host):
            borrowed = pool.ask(method, _target_of(url), {**own, **headers}, body)
        return HttpResponse(url, borrowed, self._limits)

    def close(self) -> None:
        """Close the connections that are not in use."""
        for pool in self._pools.values():
            pool.close()

    def _pool(self, url: str) -> ConnectionPool:
        """Return the connections to the host of *url*: each host has certificates of its own to trust."""
        try:
            proxy = proxy_for(url, self._environ)
        except ValueError as error:
            raise _no_address(url) from error
        key = proxy, url.partition("://")[0] + "://" + _host_of(url)
        pool = self._pools.get(key)
        return pool if pool is not None else self._pools.setdefault(key, self._new_pool(url, proxy))

    def _new_pool(self, url: str, proxy: str | None) -> ConnectionPool:
        host = _host_of(url)
        try:
            origin = HttpOrigin(url)
        except ValueError as error:
            raise _no_address(url) from error
        if origin.scheme == "http":
            return ConnectionPool(origin, partial(connect_plainly, origin, host, self._limits), self._connections)
        # Certificates take time to load, and a plain registry needs none.
        from shared_ecr.client.http.secure_connections import SecureConnector

        connector = SecureConnector(origin, host, self._environ, self._limits, proxy=proxy)
        return ConnectionPool(origin, connector.connect, self._connections)


def _refuse_unsendable(url: str, headers: Mapping[str, str]) -> None:
    """Refuse a header that cannot be sent; the error does not quote its value, which may be a token."""
    for name, value in headers.items():
        is_usual = value.isascii() and value.isprintable()
        if not (is_usual or all(character == "\t" or " " <= character <= "\xff" for character in value)):
            raise UnavailableError(
                f"the header {name} for {_host_of(url)} has a line end or another character that cannot be sent; check "
                "the token or the password, and whether it has the line end of the file that it comes from"
            )


def _no_address(url: str) -> UnavailableError:
    return UnavailableError(f"{_host_of(url)} is not an address that can be asked")


def _target_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _host_of(url: str) -> str:
    """Return the host and the port of *url*; what is around them may be a secret."""
    behind = url.partition("://")[2]
    for end in "/?#":
        behind = behind.partition(end)[0]
    return behind.rpartition("@")[2]

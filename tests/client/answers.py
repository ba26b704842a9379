"""Answers of registries without a registry: given bytes, read as those of a connection are."""

import io
from collections.abc import Mapping

from shared_ecr.client.http.connection import Connection
from shared_ecr.client.http.connection_pool import ConnectionPool
from shared_ecr.client.http.origins import HttpOrigin
from shared_ecr.client.http.time_limits import TIME_LIMITS
from shared_ecr.client.http.transport import HttpResponse


class GivenSocket:
    """A socket that takes everything and answers with what was given."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def settimeout(self, value: float | None, /) -> None:
        pass

    def recv(self, size: int, /) -> bytes:
        return self._content.read(size)

    def send(self, content: bytes | memoryview, /) -> int:
        return len(content)

    def sendall(self, content: bytes, /) -> None:
        pass

    def fileno(self) -> int:
        return -1

    def close(self) -> None:
        pass


def answered(url: str, status: int, content: bytes = b"", headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return the answer that a host gives to a GET of *url*."""
    named = {**(headers or {}), "Content-Length": str(len(content))}
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    connection = Connection(GivenSocket("\r\n".join(lines).encode("latin-1") + content), TIME_LIMITS)
    return HttpResponse(url, ConnectionPool(HttpOrigin(url), lambda: connection, 1).ask("GET", "/", {}, None))

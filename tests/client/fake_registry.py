"""A registry in this process that keeps the specification's rules, has ECR's manners, and errs when shown to.

    with FakeRegistry() as registry:
        registry.faults.append(Fault("PUT", "/blobs/", Reset(after_bytes=1000)))

`registry.seen` has every request; `registry.contents` what it holds; `registry.manners` how it behaves.
To widen it: a new fault is a class in `faults`, a route in `registry_api`, a rule of storage in
`registry_contents`.
"""

import hashlib
import os
import re
import socket
import ssl
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NoReturn, Self

from client.faults import Action, CutAnswer, Drain, Fault, Hold, LoseAnswer, Reply, Reset
from client.registry_api import Asked, RegistryApi
from client.registry_contents import Contents, RefusedError
from client.registry_manners import Manners
from shared_ecr.model.names import RegistryHost


@dataclass(frozen=True)
class Seen:
    """One request, as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body_size: int

    @property
    def line(self) -> str:
        """Method and path without the query."""
        return f"{self.method} {self.path.partition('?')[0]}"


class FakeRegistry:
    """The server and its state; a context manager."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.api = RegistryApi()
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.registry = self
        self._server.tls = tls
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def contents(self) -> Contents:
        return self.api.contents

    @property
    def manners(self) -> Manners:
        return self.api.manners

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def host(self) -> RegistryHost:
        return RegistryHost.parse(f"127.0.0.1:{self.port}")

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def lines(self) -> list[str]:
        """Every request as METHOD PATH, in the order of arrival."""
        return [seen.line for seen in self.seen]

    def count(self, method: str, pattern: str = "") -> int:
        """Count the requests of *method* whose path has *pattern*."""
        return sum(seen.method == method and bool(re.search(pattern, seen.path)) for seen in self.seen)

    def fail(self, method: str, path: str, action: Action, *, times: int = 1, after: int = 0) -> Fault:
        """Plan a fault."""
        fault = Fault(method, path, action, times, after)
        self.faults.append(fault)
        return fault

    def note(self, seen: Seen) -> Action | None:
        """Record a request and find the fault that is its due."""
        with self._lock:
            self.seen.append(seen)
            return next((fault.action for fault in self.faults if fault.applies(seen.method, seen.path)), None)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    registry: FakeRegistry
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the connection's own thread, so that a client who refuses stops no one else."""
        if self.tls is not None:
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)
        if self.tls is not None:
            request.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: broken connections are this server's trade."""


class _BrokenError(Exception):
    """The connection no longer exists."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle_one_request(self) -> None:
        with suppress(_BrokenError):
            super().handle_one_request()

    def _any(self) -> None:
        registry = self.server.registry
        size = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        action = registry.note(Seen(self.command, self.path, headers, size))
        match action:
            case Reset(after_bytes):
                part = self._take(size if after_bytes is None else min(size, after_bytes))
                registry.api.swallow(Asked(self.command, self.path, headers, part))
                self._break()
            case Reply():
                self._take(size)
                self._answer(action)
                return
            case Drain():
                self._answer(registry.api.keep_digest(self.path, self._digest_of(size)))
                return
            case Hold(reached, go):
                reached.set()
                go.wait(30)
            case LoseAnswer() | CutAnswer() | None:
                pass
        try:
            reply = registry.api.answer(Asked(self.command, self.path, headers, self._take(size)))
        except RefusedError:
            self._break()
        if isinstance(action, LoseAnswer):
            self._break()
        self._answer(reply, cut=action.after_bytes if isinstance(action, CutAnswer) else None)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815 — the names http.server calls

    def _digest_of(self, size: int) -> str:
        """Read the body, and nothing of it stays in memory."""
        seen = hashlib.sha256()
        while size and (part := self.rfile.read(min(size, 1 << 20))):
            seen.update(part)
            size -= len(part)
        return f"sha256:{seen.hexdigest()}"

    def _take(self, size: int) -> bytes:
        """Read so many bytes of the body, beyond those read before."""
        parts = []
        while size and (part := self.rfile.read(min(size, 1 << 20))):
            parts.append(part)
            size -= len(part)
        if size:
            self._break()
        return b"".join(parts)

    def _answer(self, reply: Reply, cut: int | None = None) -> None:
        """Send *reply*, or only the first *cut* bytes of its body."""
        self.send_response_only(reply.status)
        for name, value in (*reply.headers, ("Content-Length", str(len(reply.body)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[:cut])
        if cut is not None:
            self._break()

    def _break(self) -> NoReturn:
        """Send a reset, at once."""
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        raise _BrokenError

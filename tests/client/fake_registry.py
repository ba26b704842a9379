"""A registry in this process that keeps the specification's rules, has ECR's manners, and errs when told to.

    with FakeRegistry() as registry:
        registry.faults.append(Fault("PUT", "/blobs/", Reset(after_bytes=1000)))

`registry.seen` has every request; `registry.contents` what it holds; `registry.manners` how it behaves.
To widen it: a new fault is a class in `faults`, a new rule of storage a line in `registry_contents`.
"""

import base64
import json
import os
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from client.faults import Action, CutAnswer, Fault, Hold, LoseAnswer, Reply, Reset
from client.registry_contents import Contents, RefusedError

from shared_ecr.names import RegistryHost

_MANIFEST = re.compile(r"/v2/(.+)/manifests/([^/]+)")
_BLOB = re.compile(r"/v2/(.+)/blobs/(sha256:[^/]+)")
_UPLOADS = re.compile(r"/v2/(.+)/blobs/uploads/([^/]*)")


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


@dataclass
class Manners:
    """How this registry behaves when nothing goes wrong."""

    passwords: set[str] | None = None
    """Those it accepts for anybody; None: everybody may come in."""
    challenge: str = 'Basic realm="fake"'
    """A `Bearer` one makes it accept the tokens that its own /token hands out."""
    refusal: Reply | None = None
    """What it says to an expired login in place of 401: ECR's 403."""
    location: Callable[[str], str] = field(default=lambda path: path)
    """How it names the address of an upload."""
    blob_address: str | None = None
    """Where it redirects those who read blobs; that server answers /signed/DIGEST."""
    digest_header: bool = True
    cuts_missing_repositories: bool = False
    chunk_status: int = 201
    """ECR answers 201 to PATCH, the specification wants 202."""


class FakeRegistry:
    """The server and its state; a context manager."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.contents = Contents()
        self.manners = Manners()
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self.tokens: dict[str, str] = {}
        """Bearer tokens that were handed out, with their scopes."""
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.registry = self
        self._server.tls = tls
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

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
        """Shake hands in the connection's own thread, so that a client who refuses stops nobody else."""
        if self.tls is not None:
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)
        if self.tls is not None:
            request.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: broken connections are this server's trade."""


class _BrokenError(Exception):
    """The connection is gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle_one_request(self) -> None:
        self._read = 0
        self._lose = False
        self._cut: int | None = None
        with suppress(_BrokenError):
            super().handle_one_request()

    def _any(self) -> None:
        registry = self.server.registry
        size = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        action = registry.note(Seen(self.command, self.path, headers, size))
        match action:
            case Reset(after_bytes):
                self._take(size if after_bytes is None else min(size, after_bytes))
                self._break()
            case Reply(status, extra, body):
                self._take(size)
                self._answer(status, dict(extra), body)
                return
            case Hold(reached, go):
                reached.set()
                go.wait(30)
            case LoseAnswer():
                self._lose = True
            case CutAnswer(after_bytes):
                self._cut = after_bytes
            case None:
                pass
        body = self._take(size)
        try:
            with registry.contents.lock:
                status, answered, content = self._route(body)
        except RefusedError as error:
            if error.code == "NAME_UNKNOWN" and registry.manners.cuts_missing_repositories:
                self._break()
            status, answered, content = error.status, {"Content-Type": "application/json"}, error.body()
        self._answer(status, answered, content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _any

    def _route(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        registry, parts = self.server.registry, urlsplit(self.path)
        if parts.path.startswith("/signed/"):
            digest = parts.path.removeprefix("/signed/")
            held = (repository.blobs for repository in registry.contents.repositories.values())
            return 200, {}, next(blobs[digest] for blobs in held if digest in blobs)
        if parts.path == "/token":
            return self._token(parse_qs(parts.query))
        refusal = self._refusal()
        if refusal is not None:
            return refusal.status, dict(refusal.headers), refusal.body
        if parts.path == "/v2/":
            return 200, {}, b"{}"
        for pattern, handle in ((_MANIFEST, self._manifest), (_UPLOADS, self._upload), (_BLOB, self._blob)):
            match = pattern.fullmatch(parts.path)
            if match:
                return handle(match[1], match[2], body)
        raise RefusedError(404, "UNSUPPORTED", "no such address")

    def _refusal(self) -> Reply | None:
        manners, given = self.server.registry.manners, self.headers.get("Authorization") or ""
        if manners.passwords is None:
            return None
        scheme, _, value = given.partition(" ")
        if scheme == "Bearer" and manners.challenge.startswith("Bearer") and value in self.server.registry.tokens:
            return None
        if scheme == "Basic" and manners.challenge.startswith("Basic") and _password(value) in manners.passwords:
            return None
        if given and manners.refusal:
            return manners.refusal
        body = b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}'
        return Reply(401, (("WWW-Authenticate", manners.challenge),), body)

    def _token(self, query: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        registry = self.server.registry
        scheme, _, value = (self.headers.get("Authorization") or "").partition(" ")
        if scheme != "Basic" or _password(value) not in (registry.manners.passwords or ()):
            return 401, {}, b"{}"
        token = f"bearer-{len(registry.tokens) + 1}"
        registry.tokens[token] = " ".join(query.get("scope", []))
        return 200, {"Content-Type": "application/json"}, json.dumps({"token": token}).encode()

    def _manifest(self, name: str, reference: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        contents = self.server.registry.contents
        if self.command == "PUT":
            digest = contents.put_manifest(name, reference, self.headers.get("Content-Type", ""), body)
            return 201, {**self._digest(digest), "Location": f"/v2/{name}/manifests/{digest}"}, b""
        digest, media_type, content = contents.manifest(name, reference)
        return 200, {**self._digest(digest), "Content-Type": media_type}, content

    def _digest(self, digest: str) -> dict[str, str]:
        return {"Docker-Content-Digest": digest} if self.server.registry.manners.digest_header else {}

    def _blob(self, name: str, digest: str, _: bytes) -> tuple[int, dict[str, str], bytes]:
        manners = self.server.registry.manners
        content = self.server.registry.contents.blob(name, digest)
        if manners.blob_address and self.command == "GET":
            return 307, {"Location": f"{manners.blob_address}/signed/{digest}"}, b""
        return 200, {"Docker-Content-Digest": digest}, content

    def _upload(self, name: str, session: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        registry = self.server.registry
        contents, query = registry.contents, parse_qs(urlsplit(self.path).query)
        if self.command == "POST":
            mounted = query.get("mount", [""])[0]
            if mounted and contents.can_mount(name, mounted, query.get("from", [""])[0]):
                return 201, {"Location": f"/v2/{name}/blobs/{mounted}"}, b""
            path = f"/v2/{name}/blobs/uploads/{contents.begin(name)}?_state=abc%2Fdef"
            return 202, {"Location": registry.manners.location(path)}, b""
        if self.command == "PATCH":
            contents.append(name, session, body)
            # ECR's Range stays at the first part, whatever follows.
            first = f"0-{len(body) - 1}"
            return registry.manners.chunk_status, {"Location": registry.manners.location(self.path), "Range": first}, b""
        contents.refuse_used(name, session)
        contents.append(name, session, body)
        contents.finish(name, session, query["digest"][0])
        return 201, {"Location": f"/v2/{name}/blobs/{query['digest'][0]}"}, b""

    def _take(self, size: int) -> bytes:
        """Read so many bytes of the body, beyond those read before."""
        parts = []
        while size and (part := self.rfile.read(min(size, 1 << 20))):
            parts.append(part)
            size -= len(part)
        if size:
            self._break()
        return b"".join(parts)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        if self._lose:
            self._break()
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if self._cut is None else body[: self._cut])
        if self._cut is not None:
            self._break()

    def _break(self) -> None:
        """Send a reset, at once."""
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        raise _BrokenError


def _password(value: str) -> str:
    with suppress(ValueError):
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    return ""



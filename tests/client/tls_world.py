"""The world behind an HTTPS proxy on loopback: ECR's API and a registry under their real names, by one certificate.

Programs that cannot be shown another address (docker, skopeo, credential helpers) are shown of the proxy and of the
certificate, and believe that they speak to AWS.
"""

import http.client
import json
import shutil
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from client.certificates import self_signed
from client.token_service import TokenService
from shared_ecr.model.names import RegistryHost

ACCOUNT = "111122223333"


@dataclass
class World:
    """Who was asked, and where the registry is that answers under every name of ECR's registries."""

    tokens: TokenService
    certificate: Path
    registry: RegistryHost | None = None
    proxy: str = ""
    asked: list[str] = field(default_factory=list)
    """Every host that a connection was made to, in order; none of them was left alone."""

    @property
    def environ(self) -> dict[str, str]:
        """What a program needs to live in this world."""
        return {
            "HTTPS_PROXY": self.proxy,
            "https_proxy": self.proxy,
            "SSL_CERT_FILE": str(self.certificate),
            "AWS_CA_BUNDLE": str(self.certificate),
        }


def missing_program() -> str | None:
    """Return which program this world needs and this machine lacks."""
    return None if shutil.which("openssl") else "openssl"


@contextmanager
def running_world(folder: Path, names: list[str], tokens: TokenService) -> Iterator[World]:
    """Answer under *names* until the block is left; whatever is not a registry's name is ECR's API."""
    certificate = self_signed(folder, *names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    world = World(tokens, certificate)

    class Handler(_Handler):
        tls, around = context, world

    with _Server(("127.0.0.1", 0), Handler) as server:
        world.proxy = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield world
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients hang up as they like."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tls: ssl.SSLContext
    around: World
    name: str

    def do_CONNECT(self) -> None:
        self.name = self.path.rpartition(":")[0]
        self.around.asked.append(self.name)
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        self.connection = self.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.close_connection = False

    def do_POST(self) -> None:
        if ".dkr" in self.name:
            self._pass_on()
            return
        self._read()
        region = self.headers["Authorization"].split("/")[2]
        endpoint = f"https://{ACCOUNT}.dkr.ecr.{region}.{'amazonaws.com.cn' if region[:2] == 'cn' else 'amazonaws.com'}"
        status, document = self.around.tokens.answer(self.headers["X-Amz-Target"], endpoint)
        self._answer(status, [("Content-Type", "application/x-amz-json-1.1")], json.dumps(document).encode())

    def _pass_on(self) -> None:
        assert self.around.registry
        connection = http.client.HTTPConnection(str(self.around.registry), timeout=10)
        # skopeo sends a line for each type it accepts.
        names = dict.fromkeys(name for name in self.headers if name not in {"Connection", "Transfer-Encoding"})
        headers = {name: ", ".join(self.headers.get_all(name, ())) for name in names}
        # So the registry names its addresses as the caller knows them.
        connection.request(self.command, self.path, self._read(), {**headers, "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        body = answer.read()
        self._answer(answer.status, self._kept(answer), body)
        connection.close()

    def _kept(self, answer: http.client.HTTPResponse) -> list[tuple[str, str]]:
        return [each for each in answer.getheaders() if self.command == "HEAD" or each[0] != "Content-Length"]

    do_GET = do_HEAD = do_PUT = do_PATCH = _pass_on  # noqa: N815 — the names it has there

    def finish(self) -> None:
        """Close what the end of the tunnel has become."""
        with suppress(OSError):
            super().finish()
        self.connection.close()

    def _read(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the name it has there
        """Say nothing."""

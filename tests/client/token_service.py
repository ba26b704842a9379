"""ECR's GetAuthorizationToken on loopback, private and public, for programs that read AWS_ENDPOINT_URL."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PASSWORD = "canary-token-2b9f60d4"
HALF_A_DAY = 12 * 3600.0


@dataclass
class TokenService:
    """What it answers, and what it was asked; `port` is set once it runs."""

    port: int = 0
    refusal: str = ""
    """The error code to answer with, in place of a token."""
    lifetime: float = HALF_A_DAY
    targets: list[str] = field(default_factory=list)
    gate: threading.Event | None = None
    """Holds every answer back until it is set."""
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, target: str, endpoint: str = "https://x") -> tuple[int, dict[str, object]]:
        """Return what the API answers to the operation *target* for the registry at *endpoint*."""
        self.targets.append(target)
        self.arrived.set()
        if self.gate:
            self.gate.wait(timeout=30)
        if self.refusal:
            return 400, {"__type": self.refusal, "message": "it is not allowed"}
        token = base64.b64encode(f"AWS:{PASSWORD}-{len(self.targets)}".encode()).decode()
        data = {"authorizationToken": token, "expiresAt": time.time() + self.lifetime, "proxyEndpoint": endpoint}
        return 200, {"authorizationData": data if "Spencer" in target else [data]}


@contextmanager
def running_token_service() -> Iterator[TokenService]:
    """Answer questions for tokens until the block is left."""
    service = TokenService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, document = service.answer(self.headers["X-Amz-Target"])
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the name it has there
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield service
        finally:
            if service.gate:
                service.gate.set()
            server.shutdown()
            thread.join()

"""AWS's wire form over HTTP: JSON 1.1 for ECR and ECR Public, the query protocol for STS, and what breaks them.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

import json
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from botocore.exceptions import ClientError

from client.aws_on_the_wire import TOKEN, AwsOnTheWire
from client.fake_registry import FakeRegistry
from client.pushing import ECR_ACCOUNT
from client.wire_faults import Break, Cut, Garbled, Refusal


@contextmanager
def running_aws(registry: FakeRegistry) -> Iterator[AwsOnTheWire]:
    """Answer until the block is left."""
    aws = AwsOnTheWire(registry)

    class Handler(_Handler):
        service = aws

    with _Server(("127.0.0.1", 0), Handler) as server:
        aws.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield aws
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: broken connections are this server's trade."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    service: AwsOnTheWire

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        target = self.headers.get("X-Amz-Target", "")
        operation = target.rpartition(".")[2] or parse_qs(body.decode())["Action"][0]
        fault = self.service.take_fault(operation) or self.service.clock_refusal(self.headers["X-Amz-Date"])
        match fault:
            case Break():
                self._break()
            case Refusal():
                self._refuse(fault, is_json=bool(target))
            case Garbled():
                self._send(200, b'{"authorizationData":[{"authorizationToken":"' + TOKEN.encode(), {})
            case Cut() | None:
                self._succeed(target, operation, body, cut=fault is not None)

    def _succeed(self, target: str, operation: str, body: bytes, *, cut: bool) -> None:
        if not target:
            account = f"<Account>{ECR_ACCOUNT}</Account>"
            text = f"<{operation}Response><{operation}Result>{account}</{operation}Result></{operation}Response>"
            self._send(200, text.encode(), {"Content-Type": "text/xml"}, cut=cut)
            return
        try:
            document = self.service.answer(operation, json.loads(body))
        except ClientError as error:
            described = error.response["Error"]
            self._refuse(Refusal(described["Code"], 400, described["Message"]), is_json=True, cut=cut)
            return
        if "Spencer" in target:
            # ECR Public answers with the one, ECR with a list of one.
            document["authorizationData"] = document["authorizationData"][0]
        self._send(200, json.dumps(document).encode(), {}, cut=cut)

    def _refuse(self, refusal: Refusal, *, is_json: bool, cut: bool = False) -> None:
        if is_json:
            document = {"__type": refusal.code, "message": refusal.message}
            self._send(refusal.status, json.dumps(document).encode(), {"x-amzn-ErrorType": refusal.code}, cut=cut)
            return
        error = f"<Error><Type>Sender</Type><Code>{refusal.code}</Code><Message>{refusal.message}</Message></Error>"
        text = f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"
        self._send(refusal.status, text.encode(), {"Content-Type": "text/xml"})

    def _send(self, status: int, body: bytes, headers: dict[str, str], *, cut: bool = False) -> None:
        self.send_response_only(status)
        more = {"Content-Type": "application/x-amz-json-1.1", "Date": format_datetime(self.service.now(), usegmt=True)}
        for name, value in {**more, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True

    def _break(self) -> None:
        """Send a reset, at once."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):
            os.close(self.connection.detach())

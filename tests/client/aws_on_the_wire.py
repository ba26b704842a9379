"""ECR, ECR Public and STS on loopback, in AWS's wire form, that fail when told to; found by `AWS_ENDPOINT_URL_ECR`.

The idea is microburst's: botocore's own retries, parsers and signatures stand between the fault and us, which a stub
of its client leaves out. JSON 1.1 for ECR and ECR Public, the query protocol for STS.
https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

import base64
import json
import os
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from botocore.exceptions import ClientError

from client.fake_registry import FakeRegistry
from client.pushing import ECR_ACCOUNT, EcrApi

PASSWORD = "canary-wire-7d31-password"  # noqa: S105 — nobody's
TOKEN = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
HALF_A_DAY = timedelta(hours=12)
# How far a client's clock may be off before its signatures are refused.
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Refusal:
    """An error document, with the status it comes with."""

    code: str
    status: int = 400
    message: str = "told to"


@dataclass(frozen=True)
class Break:
    """A connection that is reset instead of an answer."""


@dataclass(frozen=True)
class Cut:
    """An answer of which the second half never comes."""


@dataclass(frozen=True)
class Garbled:
    """A success whose document is none; it holds what should not be told."""


WireFault = Refusal | Break | Cut | Garbled


@dataclass
class Planned:
    """A fault for the first calls of one operation."""

    operation: str
    fault: WireFault
    left: int


@dataclass
class AwsOnTheWire:
    """What it answers, over the contents of a fake registry, and what it was asked."""

    registry: FakeRegistry
    port: int = 0
    clock: timedelta = timedelta(0)
    """How far its clock is ahead of this machine's."""
    asked: list[str] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.api = EcrApi(self.registry)

    @property
    def environ(self) -> dict[str, str]:
        """What a program needs to ask here; the credentials are as long as real ones, and nobody's."""
        url = f"http://127.0.0.1:{self.port}"
        return {
            **dict.fromkeys(("AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL_ECR_PUBLIC", "AWS_ENDPOINT_URL_STS"), url),
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE01",
            "AWS_SECRET_ACCESS_KEY": "canary-wire-secret-f69f2445df4f9b17",
            "AWS_SESSION_TOKEN": "canary-wire-session-6bc1bee22e40",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no output may have."""
        environ = self.environ
        return (PASSWORD, TOKEN, environ["AWS_SECRET_ACCESS_KEY"], environ["AWS_SESSION_TOKEN"])

    def fail(self, operation: str, fault: WireFault, *, times: int) -> None:
        self.planned.append(Planned(operation, fault, times))

    def count(self, operation: str) -> int:
        return self.asked.count(operation)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock

    def take_fault(self, operation: str) -> WireFault | None:
        with self.lock:
            self.asked.append(operation)
            for planned in self.planned:
                if planned.operation == operation and planned.left:
                    planned.left -= 1
                    return planned.fault
        return None

    def clock_refusal(self, signed_at: str) -> Refusal | None:
        """Refuse a signature whose time is too far from the server's, in AWS's words."""
        signed = datetime.strptime(signed_at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        now = self.now()
        if abs(now - signed) <= TOLERANCE:
            return None
        told, bound = ("Signature not yet current", "is still later than") if signed > now else ("Signature expired", "is now earlier than")
        form = "%Y%m%dT%H%M%SZ"
        return Refusal("InvalidSignatureException", 400, f"{told}: {signed:{form}} {bound} {now:{form}} ({now:{form}} - 5 min.)")

    def answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer as the service does.

        Raises:
            ClientError: it refuses.
        """
        match operation:
            case "GetAuthorizationToken":
                data = {"authorizationToken": TOKEN, "expiresAt": (self.now() + HALF_A_DAY).timestamp()}
                return {"authorizationData": [data]}
            case "DescribeRepositories":
                (name,) = asked["repositoryNames"]
                held = self.api._repository(name)
                mode = "IMMUTABLE" if held.immutable else "MUTABLE"
                return {"repositories": [{"repositoryName": name, "imageTagMutability": mode}]}
            case "BatchCheckLayerAvailability":
                return self.api.batch_check_layer_availability(**asked)
            case "CreateRepository":
                return self.api.create_repository(**asked)
            case "DescribeRepositoryCreationTemplates":
                return self.api.paginate()[0]
        raise AssertionError(f"nobody taught this service {operation}")


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

"""ECR, ECR Public and STS that fail when shown to; programs find them by `AWS_ENDPOINT_URL_ECR`.

The idea is microburst's: botocore's own retries, parsers and signatures stand between the fault and us, which a stub
of its client leaves out. `aws_wire_server` speaks, this decides what is said.

    with running_aws(registry) as aws:
        aws.fail("GetAuthorizationToken", Refusal("ThrottlingException"), times=4)
"""

import base64
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from client.fake_registry import FakeRegistry
from client.pushing import EcrApi
from client.wire_faults import Refusal, WireFault

PASSWORD = "canary-wire-7d31-password"
TOKEN = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
HALF_A_DAY = timedelta(hours=12)
# How far a client's clock may be off before its signatures are refused.
TOLERANCE = timedelta(minutes=5)


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
        """What a program needs to ask here; the credentials are as long as real ones, and no one's."""
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
        reported, bound = (
            ("Signature not yet current", "is still later than")
            if signed > now
            else ("Signature expired", "is now earlier than")
        )
        form = "%Y%m%dT%H%M%SZ"
        return Refusal(
            "InvalidSignatureException",
            400,
            f"{reported}: {signed:{form}} {bound} {now:{form}} ({now:{form}} - 5 min.)",
        )

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
        raise AssertionError(f"no test taught this service {operation}")

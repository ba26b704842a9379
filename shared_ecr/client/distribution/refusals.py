"""What a registry's error answers mean, in the words of our errors.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes, and where ECR differs.
"""

import json
from dataclasses import dataclass

from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.http.exchange import Exchange
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.errors import RefusedError
from shared_ecr.text import visible

UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404
# A sentence is read, a page of somebody's HTML is not.
MAX_MESSAGE = 300
_FORGOTTEN = frozenset({"MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "LAYERS_NOT_FOUND"})
# An upload that has lost its way: a new session is the remedy.
_NEW_SESSION = frozenset(
    {"BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "SIZE_INVALID", "RANGE_INVALID"}
)


class ForgottenBlobsError(PushRefusedError):
    """The registry misses blobs of a manifest that it had a moment ago."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error answer, read."""

    status: int
    code: str
    message: str

    @classmethod
    def read(cls, answer: HttpResponse, exchange: Exchange) -> "Refusal":
        """Read code and message from *answer*, bounded and without secrets."""
        code, message = _first_error(answer.body)
        code, message = exchange.redacted(code), exchange.redacted(message)
        if len(message) > MAX_MESSAGE:
            message = f"{message[:MAX_MESSAGE]}…"
        return cls(answer.status, visible(code)[:80], visible(message))

    @property
    def is_about_the_repository(self) -> bool:
        """Whether the repository does not exist."""
        return self.code == "NAME_UNKNOWN" or "repository with name" in self.message.lower()

    @property
    def is_about_an_immutable_tag(self) -> bool:
        """Whether the tag exists and may not move."""
        return "immutable" in self.message.lower()

    @property
    def is_about_a_lost_session(self) -> bool:
        """Whether the upload can be made in a new session."""
        return self.code in _NEW_SESSION or self.status == 416  # noqa: PLR2004 — Range Not Satisfiable

    def error(self, exchange: Exchange, repository: str, step: str, *, action: str = "") -> RefusedError:
        """Render the refusal to *step* in *repository*; at ECR that step takes *action*."""
        host = exchange.endpoint.registry
        if self.is_about_the_repository:
            return PushRefusedError.no_such_repository(host, repository)
        if self.status in {UNAUTHORIZED, FORBIDDEN} or self.code == "DENIED":
            return PushRefusedError.denied(host, repository, step, action=action, said=self.message)
        text = f"{host} refused to {step} in {repository}: {self.said}"
        return ForgottenBlobsError(text) if self.code in _FORGOTTEN else PushRefusedError(text)

    @property
    def said(self) -> str:
        """Status, code and message on one line."""
        return " ".join(part for part in (str(self.status), self.code, self.message) if part)


def _first_error(body: bytes) -> tuple[str, str]:
    try:
        errors = json.loads(body)["errors"]
        first = errors[0]
        return str(first.get("code", "")), str(first.get("message", ""))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return "", " ".join(body[: 4 * MAX_MESSAGE].decode("utf-8", "replace").split())

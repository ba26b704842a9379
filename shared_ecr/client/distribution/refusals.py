"""What a registry's error answers mean, in the words of our errors.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes, and where ECR differs.
"""

import re

from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.http.error_answers import ErrorAnswer
from shared_ecr.client.http.exchange import Exchange
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.client.registries import login_advice
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import ImageReference
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404
_DENIALS = frozenset({"DENIED", "UNAUTHORIZED", "denied", "unauthorized"})
# Refusals that registries give the code of a lacking permission: a full quota, a rule against vulnerable images.
_OTHER_REASONS = LazyPattern(
    r"quota|exceed|upper limit|storage|disk|locked|read-only|maintenance|vulnerab|scan", re.IGNORECASE
)
_FORGOTTEN = frozenset({"MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "LAYERS_NOT_FOUND"})
# An upload that has lost its way: a new session is the remedy.
_NEW_SESSION = frozenset(
    {"BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "SIZE_INVALID", "RANGE_INVALID"}
)


class ForgottenBlobsError(PushRefusedError):
    """The registry misses blobs of a manifest that it had a moment ago."""


@record
class Refusal:
    """An error answer, and what it means."""

    answer: ErrorAnswer
    logged_in: bool
    """Whether a login was sent."""

    @classmethod
    def read(cls, answer: HttpResponse, exchange: Exchange) -> "Refusal":
        """Read *answer*, bounded and without secrets."""
        return cls(ErrorAnswer.read(answer, exchange.redacted), exchange.sends_login)

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.answer.status

    @property
    def said(self) -> str:
        """Status, code, message and details on one line."""
        return self.answer.said

    @property
    def is_about_the_repository(self) -> bool:
        """Whether the repository does not exist."""
        return self.answer.code == "NAME_UNKNOWN" or "repository with name" in self.answer.message.lower()

    @property
    def is_about_an_immutable_tag(self) -> bool:
        """Whether the tag exists and may not move."""
        return "immutable" in self.answer.message.lower()

    @property
    def is_about_a_lost_session(self) -> bool:
        """Whether the upload can be made in a new session."""
        return self.answer.code in _NEW_SESSION or self.status == 416  # noqa: PLR2004 — Range Not Satisfiable

    @property
    def is_about_permission(self) -> bool:
        """Whether a permission is missing, so that another login may help; a full quota and a web page are no such."""
        if self.status not in {UNAUTHORIZED, FORBIDDEN}:
            return False
        is_of_a_registry = self.answer.code in _DENIALS or not self.answer.message
        return is_of_a_registry and not _OTHER_REASONS.search(f"{self.answer.message} {self.answer.details}")

    def error(self, exchange: Exchange, repository: str, step: str, *, action: str = "") -> RefusedError:
        """Render the refusal to *step* in *repository*; at ECR that step takes *action*."""
        host = exchange.endpoint.registry
        if self.is_about_the_repository:
            return PushRefusedError.no_such_repository(host, repository, self.answer.words)
        is_of_ecr = host.ecr is not None and self.status in {UNAUTHORIZED, FORBIDDEN}
        if is_of_ecr or self.is_about_permission:
            said = self.answer.words if is_of_ecr else self.said
            return PushRefusedError.denied(
                host, repository, step, action=action, said=said, logged_in=self.logged_in or host.ecr is not None
            )
        text = f"{host} refused to {step} in {repository}: {self.said}"
        return ForgottenBlobsError(text) if self.answer.code in _FORGOTTEN else PushRefusedError(text)

    def read_error(self, exchange: Exchange, repository: str, step: str, *, action: str = "") -> RefusedError:
        """Render the refusal of *step*, which only reads; at ECR that step takes *action*."""
        text = f"{exchange.registry} refused to {step} in {repository}: {self.said}"
        if not self.is_about_permission:
            return RefusedError(text)
        host = exchange.endpoint.registry
        if host.ecr is not None and action:
            return RefusedError(f"{text}; at ECR that takes {action}")
        return RefusedError(text if self.logged_in else f"{text}; no login was sent; {login_advice(host)}")


def no_such_image(reference: ImageReference, said: str = "") -> RefusedError:
    """Say that the registry has no such image, in its own words where it *said* any; ECR says so of an archived one.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive_restore_image.html
    """
    archived = "; ECR says so of an archived image, too: 'shared-ecr restore' brings one back"
    because = f": {said}" if said else ""
    return RefusedError(f"there is no {reference}{because}{archived if reference.host.ecr else ''}")

"""The login at one registry: fetched when asked for, held in memory, renewed once for all threads together."""

import json
import threading
from dataclasses import dataclass, field
from typing import assert_never

from shared_ecr.client.credentials.interface import Credentials, CredentialSource
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.client.http.challenges import BasicChallenge, BearerChallenge, parse_challenge
from shared_ecr.client.http.endpoints import Endpoint
from shared_ecr.client.http.retries import TRANSIENT_STATUSES, TransientError, seconds_to_wait
from shared_ecr.client.http.transport import Answer, Transport
from shared_ecr.errors import UnavailableError

# What ECR answers instead of 401 once its twelve hours are over, as plain text.
EXPIRED_TEXT = b"authorization token has expired"


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a request was sent with."""

    generation: int
    header: str | None = field(repr=False, default=None)
    is_basic: bool = False


class Login:
    """How one registry is told who asks."""

    def __init__(self, endpoint: Endpoint, source: CredentialSource, transport: Transport) -> None:
        self._endpoint, self._source, self._transport = endpoint, source, transport
        self._lock = threading.Lock()
        self._now: Authorization | None = None
        self._secrets: frozenset[str] = frozenset()

    def current(self) -> Authorization:
        """Return what to send: at ECR the token at once, elsewhere nothing until the registry asks."""
        with self._lock:
            if self._now is None:
                self._now = Authorization(0)
                if self._endpoint.registry.ecr is not None:
                    self._now = self._basic(0, renew=False)
            return self._now

    def answer(self, refusal: Answer, refused: Authorization, *, renew: bool) -> None:
        """Prepare the next request after a *refusal*; one thread does, the others use what it got."""
        challenge = parse_challenge(refusal.headers("WWW-Authenticate"))
        with self._lock:
            if self._now is None or self._now.generation != refused.generation:
                return
            generation = refused.generation + 1
            match challenge:
                case BearerChallenge():
                    self._now = Authorization(generation, self._bearer(challenge, renew=renew))
                case BasicChallenge():
                    self._now = self._basic(generation, renew=renew)
                case None if refused.is_basic:
                    # An expired token is refused without a challenge; the way to log in is still the same.
                    self._now = self._basic(generation, renew=renew)
                case None:
                    # It asks for nothing that we know, and a password is not shown on suspicion.
                    raise LoginRefusedError.by(self._endpoint.registry)
                case _:
                    assert_never(challenge)

    def redacted(self, text: str) -> str:
        """Return *text* without the secrets that were sent: registries have been seen to echo them."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text

    def _credentials(self, *, renew: bool) -> Credentials | None:
        credentials = self._source.credentials_for(self._endpoint.registry, renew=renew)
        if credentials is not None:
            self._secrets |= {credentials.password, credentials.basic().removeprefix("Basic ")} - {""}
        return credentials

    def _basic(self, generation: int, *, renew: bool) -> Authorization:
        credentials = self._credentials(renew=renew)
        if credentials is None:
            raise UnavailableError(
                f"{self._endpoint.registry} asks who is there, and no credentials for it are known; log in first"
            )
        return Authorization(generation, credentials.basic(), is_basic=True)

    def _bearer(self, challenge: BearerChallenge, *, renew: bool) -> str | None:
        url = challenge.token_url(self._endpoint)
        headers = {}
        if challenge.may_see_credentials(self._endpoint):
            credentials = self._credentials(renew=renew)
            if credentials is not None:
                headers["Authorization"] = credentials.basic()
        with self._transport.send("GET", url, headers) as answer:
            if answer.status in TRANSIENT_STATUSES:
                wait = seconds_to_wait(answer.header("Retry-After"))
                raise TransientError(
                    f"its token service answered {answer.status}", status=answer.status, retry_after=wait
                )
            if answer.status in {401, 403} and not renew and headers:
                # The credentials may be what has expired; the next refusal asks for new ones.
                return None
            token = _token_in(answer.body) if answer.status == 200 else None  # noqa: PLR2004 — OK
        if token is None:
            raise LoginRefusedError.by(self._endpoint.registry)
        self._secrets |= {token} - {""}
        return f"Bearer {token}"


def is_refusal(answer: Answer) -> bool:
    """Whether *answer* is about who asks rather than about what was asked."""
    if answer.status == 401:  # noqa: PLR2004 — Unauthorized
        return True
    return answer.status == 403 and EXPIRED_TEXT in answer.body.lower()  # noqa: PLR2004 — Forbidden


def is_about_reach(answer: Answer) -> bool:
    """Whether the registry knows who asks, and says that their token does not reach so far."""
    challenge = parse_challenge(answer.headers("WWW-Authenticate"))
    return isinstance(challenge, BearerChallenge) and challenge.is_insufficient


def _token_in(body: bytes) -> str | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    token = document.get("token") or document.get("access_token")
    # What cannot stand in a header is no token, whatever the service thinks of it.
    return token if isinstance(token, str) and token.isascii() and token.isprintable() else None

"""The login at one registry: fetched when asked for, held in memory, renewed once for all threads together."""

import threading
from typing import TYPE_CHECKING, assert_never

from shared_ecr.client.credentials.interface import Credentials, CredentialSource
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.client.http.endpoints import Endpoint
from shared_ecr.client.http.error_answers import ErrorAnswer
from shared_ecr.client.http.retries import THROTTLED, TRANSIENT_STATUSES, TransientError, seconds_to_wait
from shared_ecr.client.http.transport import HttpResponse, Transport
from shared_ecr.client.registries import login_advice
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.records import field, record

if TYPE_CHECKING:
    from shared_ecr.client.http.challenges import BearerChallenge

# What ECR answers instead of 401 once its twelve hours are over, as plain text.
EXPIRED_TEXT = b"authorization token has expired"


@record
class Authorization:
    """What a request was sent with."""

    generation: int
    header: str | None = field(repr=False, default=None)
    is_basic: bool = False


class Login:
    """The login of the caller at one registry."""

    def __init__(self, endpoint: Endpoint, source: CredentialSource, transport: Transport) -> None:
        self._endpoint, self._source, self._transport = endpoint, source, transport
        self._lock = threading.Lock()
        self._now: Authorization | None = None
        self._secrets: frozenset[str] = frozenset()
        self._scopes: dict[tuple[str, str], tuple[str, ...]] = {}
        self._username: str | None = None
        self.was_shown = False
        """Whether a login was sent, to the registry or to its token service."""

    def current(self) -> Authorization:
        """Return what to send: at ECR the token at once, elsewhere nothing until the registry asks."""
        with self._lock:
            if self._now is None:
                self._now = Authorization(0)
                if self._endpoint.registry.ecr is not None:
                    self._now = self._basic(0, renew=False)
            return self._now

    def answer(self, refusal: HttpResponse, refused: Authorization, *, renew: bool) -> None:
        """Prepare the next request after a *refusal*; one thread does, the others use what it got."""
        from shared_ecr.client.http.challenges import BasicChallenge, BearerChallenge, parse_challenge

        challenge = parse_challenge(refusal.headers("WWW-Authenticate"))
        with self._lock:
            if self._now is None or self._now.generation != refused.generation:
                return
            generation = refused.generation + 1
            match challenge:
                case BearerChallenge():
                    self._now = Authorization(generation, self._bearer(challenge, renew=renew))
                case BasicChallenge():
                    self._now = self._basic(generation, renew=renew, refusal=refusal)
                case None if refused.is_basic:
                    # An expired token is refused without a challenge; the way to log in is still the same.
                    self._now = self._basic(generation, renew=renew, refusal=refusal)
                case None:
                    # It asks for nothing that we know, and a password is not shown on suspicion.
                    said = ErrorAnswer.read(refusal, self.redacted)
                    raise LoginRefusedError.without_a_way(self._endpoint.registry, said.said)
                case _:
                    assert_never(challenge)

    def redacted(self, text: str) -> str:
        """Return *text* without the secrets that were sent: registries have been seen to echo them."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text

    def refuse_if_limited(self, answer: HttpResponse) -> None:
        """Do nothing unless *answer* says that the pulls of this caller are used up for long.

        Raises:
            LimitReachedError: they are; waiting as for any other 429 would not help.
        """
        if answer.status != THROTTLED:
            return
        from shared_ecr.client.http.limits import Limit

        limit = Limit.read(answer)
        if limit is not None:
            raise limit.error(self._endpoint.registry, self._username)

    def _credentials(self, *, renew: bool) -> Credentials | None:
        credentials = self._source.credentials_for(self._endpoint.registry, renew=renew)
        if credentials is not None:
            self._secrets |= {credentials.password, credentials.basic().removeprefix("Basic ")} - {""}
        return credentials

    def _basic(self, generation: int, *, renew: bool, refusal: HttpResponse | None = None) -> Authorization:
        credentials = self._credentials(renew=renew)
        if credentials is None:
            words = ErrorAnswer.read(refusal, self.redacted).words if refusal is not None else ""
            raise UnavailableError(
                f"{self._endpoint.registry} wants a login, and no credentials for it are known"
                f"{f': it says {words}' if words else ''}; {login_advice(self._endpoint.registry)}"
            )
        if credentials.is_identity_token:
            raise UnavailableError(
                f"{self._endpoint.registry} wants a user name and a password, and what is stored for it is an identity "
                "token; log in to it again with a password or an access token"
            )
        self._username, self.was_shown = credentials.username, True
        return Authorization(generation, credentials.basic(), is_basic=True)

    def _bearer(self, challenge: "BearerChallenge", *, renew: bool) -> str | None:
        """Fetch a token that reaches as far as all that was asked so far; None where new credentials may help."""
        from shared_ecr.client.http.token_services import ask_for_token, no_token, token_in

        service = (challenge.realm, challenge.service)
        challenge = challenge.at(self._endpoint).reaching(self._scopes.get(service, ()))
        self._scopes[service] = challenge.scopes
        is_trusted = challenge.may_see_credentials(self._endpoint)
        credentials = self._credentials(renew=renew) if is_trusted else None
        if not is_trusted and renew and self._credentials(renew=False) is not None:
            # What it gave to one without a login was not enough, and there is a login that it was not shown.
            raise no_token(challenge, None, self._endpoint)
        self._username = None if credentials is None else credentials.username
        self.was_shown = self.was_shown or credentials is not None
        with ask_for_token(challenge, credentials, self._endpoint, self._transport) as answer:
            said = ErrorAnswer.read(answer, self.redacted)
            self.refuse_if_limited(answer)
            if answer.status in TRANSIENT_STATUSES:
                wait = seconds_to_wait(answer.header("Retry-After"))
                what = f"its token service {challenge.service_host} answered {said.said}"
                raise TransientError(what, status=answer.status, retry_after=wait)
            if answer.status in {401, 403} and not renew and credentials is not None:
                # The credentials may be what has expired; the next refusal asks for new ones.
                return None
            token = token_in(answer)
        if token is None:
            raise no_token(challenge, credentials, self._endpoint, said)
        self._secrets |= {token} - {""}
        return f"Bearer {token}"


def is_refusal(answer: HttpResponse) -> bool:
    """Whether *answer* refuses the login, and not the request itself."""
    if answer.status == 401:  # noqa: PLR2004 — Unauthorized
        return True
    return answer.status == 403 and EXPIRED_TEXT in answer.body.lower()  # noqa: PLR2004 — Forbidden


def is_about_reach(answer: HttpResponse) -> bool:
    """Whether the registry accepts the login, and says that the token lacks a scope."""
    from shared_ecr.client.http.challenges import BearerChallenge, parse_challenge

    challenge = parse_challenge(answer.headers("WWW-Authenticate"))
    return isinstance(challenge, BearerChallenge) and challenge.is_insufficient

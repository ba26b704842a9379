"""One question to one registry and its answer: logged in, redirected, repeated where that helps.

The login is sent to the registry's own address and nowhere else. A read may be redirected, as layers are to S3, and
follows without the login; a write is never redirected.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.client.http.endpoints import Endpoint
from shared_ecr.client.http.error_answers import ErrorAnswer
from shared_ecr.client.http.logins import Authorization, Login, is_about_reach, is_refusal
from shared_ecr.client.http.retries import (
    TRANSIENT_STATUSES,
    RateLimit,
    RetryBudget,
    RetryState,
    TransientError,
    seconds_to_wait,
)
from shared_ecr.client.http.time_limits import TIME_LIMITS, TimeLimits
from shared_ecr.client.http.transport import HttpResponse, Transport
from shared_ecr.findings.errors import RefusedError, SharedEcrError, UnavailableError

# What a server with TLS answers to a request without it, where it answers at all.
BAD_REQUEST = 400
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5
NO_HEADERS: Mapping[str, str] = {}


class LoginRenewedError(Exception):
    """The registry refused the login in the middle of a step that has to begin again; the login is new by now."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said
        """The registry's words."""


@contextmanager
def during(step: str) -> Iterator[None]:
    """Name *step*, where there is one, in the error for a login that is missing or refused."""
    try:
        yield
    except SharedEcrError as fault:
        if not step:
            raise
        # Another error of the same kind: one may be raised in several threads.
        named = type(fault).__new__(type(fault), f"cannot {step}: {fault}")
        vars(named).update(vars(fault))
        raise named from fault


class Exchange:
    """Sends requests to one registry."""

    def __init__(  # noqa: PLR0913 — its parts, put together in `environment` alone
        self,
        endpoint: Endpoint,
        login: Login,
        transport: Transport,
        patience: RetryBudget,
        pace: RateLimit,
        *,
        limits: TimeLimits = TIME_LIMITS,
    ) -> None:
        self.endpoint, self.limits = endpoint, limits
        self._login, self._transport, self._patience, self._pace = login, transport, patience, pace

    @property
    def registry(self) -> str:
        """The registry's host, for messages."""
        return str(self.endpoint.registry)

    def attempts(self, step: str) -> RetryState:
        """Begin to count the tries of *step*, such as `store the manifest 1.0 in team/app`."""
        return RetryState(self._patience, self.endpoint.registry, step)

    def now(self) -> float:
        """Return the seconds of a clock that only runs forward."""
        return self._patience.clock()

    def keep_pace(self) -> None:
        """Return when the registry accepts one more manifest."""
        self._pace.wait(self._patience)

    def redacted(self, text: str) -> str:
        """Return *text*, which came from the registry, without our secrets."""
        return self._login.redacted(text)

    @property
    def sends_login(self) -> bool:
        """Whether the registry was shown a login of ours; it may give something to those without one."""
        return self._login.was_shown

    def login_refused(self, said: str = "") -> LoginRefusedError:
        """Return the error for a refusal after the login was renewed; *said* are the registry's words."""
        registry = self.endpoint.registry
        if not self.sends_login:
            return LoginRefusedError.without_a_login(registry, said)
        return LoginRefusedError.by(registry, said=said)

    def ask_patiently(
        self, method: str, url: str, headers: Mapping[str, str] = NO_HEADERS, *, step: str
    ) -> HttpResponse:
        """Repeat a request that changes nothing when it is repeated, until it is answered, and read the answer.

        Raises:
            UnavailableError: the tries are used up.
            LoginRefusedError: fresh credentials were refused too.
        """
        attempts = self.attempts(step)
        while True:
            try:
                return self.ask(method, url, headers, step=step)
            except TransientError as error:
                is_mute = method == "HEAD" and error.status is not None
                attempts.failed(self._in_words(error, url, headers) if is_mute and attempts.is_last(error) else error)

    def _in_words(self, error: TransientError, url: str, headers: Mapping[str, str]) -> TransientError:
        """Return the fault of a GET in place of *error*: the answer to a HEAD has no body."""
        try:
            with self.open("GET", url, headers):
                return error
        except TransientError as worded:
            return worded
        except (RefusedError, UnavailableError):
            return error

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] = NO_HEADERS,
        body: bytes | None = None,
        *,
        step: str = "",
    ) -> HttpResponse:
        """Ask once, or twice where the login is renewed, and read the answer."""
        with self.open(method, url, headers, lambda: body, step=step) as answer:
            _ = answer.body
            return answer

    def open(  # noqa: PLR0913 — a request, and what happens where its login is refused
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] = NO_HEADERS,
        body: Callable[[], bytes | Iterable[bytes] | None] = lambda: None,
        *,
        begins_anew: bool = False,
        step: str = "",
    ) -> HttpResponse:
        """Ask once, or twice where the login is renewed; the body of the answer is not read yet.

        *step* names what is asked for in the error for a login that is refused, such as `read 1.0 in team/app`.
        With *begins_anew* the request is not sent again under the new login: `LoginRenewedError` shows the caller
        to repeat the step from its beginning.

        Raises:
            TransientError: no one answered, or with a status that may pass.
        """
        asked_before = renewed = False
        while True:
            authorization = self._login.current()
            answer = self._follow(method, url, headers, authorization, body())
            if not self.endpoint.owns(answer.url) or not is_refusal(answer):
                return self._passed(answer)
            if renewed:
                if is_about_reach(answer):
                    return answer
                answer = self._follow("GET", url, headers, authorization, None) if method == "HEAD" else answer
                with answer, during(step):
                    raise self.login_refused(ErrorAnswer.read(answer, self.redacted).said)
            renewed = asked_before or authorization.is_basic
            asked_before = True
            with answer, during(step):
                # Before the connection is given back: what has not arrived yet cannot be read afterwards.
                said = ErrorAnswer.read(answer, self.redacted).said if begins_anew else ""
                self._login.answer(answer, authorization, renew=renewed)
            if begins_anew:
                raise LoginRenewedError(said)

    def _follow(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        authorization: Authorization,
        body: bytes | Iterable[bytes] | None,
    ) -> HttpResponse:
        for _ in range(MAX_REDIRECTS):
            answer = self._transport.send(method, url, {**headers, **self._own_headers(url, authorization)}, body)
            location = answer.header("Location")
            if answer.status not in REDIRECTS or location is None:
                return answer
            with answer:
                _ = answer.body
            if method not in {"GET", "HEAD"}:
                raise RefusedError(
                    f"{self.registry} redirects an upload, which is not followed; nothing was sent to the other address"
                )
            url = self.endpoint.redirect(url, location)
        raise RefusedError(f"{self.registry} redirects more than {MAX_REDIRECTS} times")

    def _own_headers(self, url: str, authorization: Authorization) -> dict[str, str]:
        """Return what only the registry itself may see."""
        if not self.endpoint.owns(url):
            return {}
        own = {}
        if self.endpoint.host_header is not None:
            own["Host"] = self.endpoint.host_header
        if authorization.header is not None:
            own["Authorization"] = authorization.header
        return own

    def _passed(self, answer: HttpResponse) -> HttpResponse:
        if answer.status == BAD_REQUEST:
            from shared_ecr.client.http.plain_http import refuse_where_tls_is_wanted

            refuse_where_tls_is_wanted(self.endpoint)
        if answer.status not in TRANSIENT_STATUSES:
            return answer
        with answer:
            said = ErrorAnswer.read(answer, self.redacted)
            self._login.refuse_if_limited(answer)
        wait = seconds_to_wait(answer.header("Retry-After"))
        raise TransientError(f"it answered {said.said}", status=answer.status, retry_after=wait)

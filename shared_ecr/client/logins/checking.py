"""Try a login at its registry, before it is kept."""

import threading
from collections.abc import Mapping

from shared_ecr.client.credentials.given import GivenLogins
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.client.http.environment import HttpEnvironment, connected
from shared_ecr.client.http.error_answers import ErrorAnswer
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import RegistryHost

_OK = 200


def accepts(host: RegistryHost, credentials: Credentials, environ: Mapping[str, str]) -> bool:
    """Whether *host* asked for the login and took it; False where it asked for none.

    Asks for the version of its API, as docker does. https://github.com/opencontainers/distribution-spec, end-1

    Raises:
        LoginRefusedError: it does not accept the login.
        RefusedError: it is not a registry, or answers otherwise.
        UnavailableError: it cannot be reached.
    """
    source = _Once(host, credentials)
    with connected(host, source, HttpEnvironment(environ), threading.Event()) as exchange:
        try:
            answer = exchange.ask_patiently("GET", f"{exchange.endpoint.url}/v2/", step="answer as a registry")
            said = ErrorAnswer.read(answer, exchange.redacted)
        except LoginRefusedError as refusal:
            if not source.was_asked:
                raise
            raise LoginRefusedError.by(host, "this user name and password", said=refusal.said) from refusal
    if answer.status != _OK:
        words = f": {said.words}" if said.words else ""
        raise RefusedError(f"{host} answers {said.status} where a registry says its version{words}; check the host")
    return source.was_asked


class _Once:
    """The login to be tried, and whether anyone wanted it."""

    def __init__(self, host: RegistryHost, credentials: Credentials) -> None:
        self._given = GivenLogins({host: credentials})
        self.was_asked = False

    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials | None:
        """Return the login to its own registry alone."""
        found = self._given.credentials_for(host, renew=renew)
        self.was_asked = self.was_asked or found is not None
        return found

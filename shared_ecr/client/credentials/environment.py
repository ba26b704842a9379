"""The login in our own variables, for a job that has a secret and no docker configuration."""

from collections.abc import Mapping

from shared_ecr.client.credentials.given import checked_password
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.findings.errors import InvalidValueError, UsageError
from shared_ecr.model.names import RegistryHost

REGISTRY, USERNAME, PASSWORD = "SHARED_ECR_REGISTRY", "SHARED_ECR_USERNAME", "SHARED_ECR_PASSWORD"


class EnvironmentLogin:
    """One login, for the host that `SHARED_ECR_REGISTRY` names and for no other."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def credentials_for(
        self,
        host: RegistryHost,
        *,
        renew: bool = False,  # noqa: ARG002 — nothing fresher is to be had
    ) -> Credentials | None:
        """Return the login where *host* is the one that it is for; it is the same when it was refused.

        Raises:
            UsageError: a part of it is missing or empty, or what it should be for is not a host.
        """
        if self.place_of(host) is None:
            return None
        username = self._environ.get(USERNAME, "")
        if not username or ":" in username or not username.isprintable():
            raise UsageError(f"{USERNAME} {'is not a user name' if username else 'is empty'}; set it beside {REGISTRY}")
        return Credentials(username, checked_password(self._environ.get(PASSWORD, ""), PASSWORD))

    def place_of(self, host: RegistryHost) -> str | None:
        """Return where the login of *host* comes from, for messages; None where there is none.

        Raises:
            UsageError: a user name or a password is set, and not for which registry, or for what is not a host.
        """
        named, username, password = (self._environ.get(name, "") for name in (REGISTRY, USERNAME, PASSWORD))
        if not username and not password:
            # A job whose secrets are withheld, as in a fork, has all of them empty: it continues without a login.
            return None
        if not named:
            raise UsageError(f"{USERNAME} and {PASSWORD} are for one registry; name its host in {REGISTRY}")
        try:
            is_meant = RegistryHost.parse(named).canonical == host.canonical
        except InvalidValueError as error:
            raise UsageError(f"{REGISTRY} names no registry: {error}") from error
        return REGISTRY if is_meant else None


def child_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a program that we start may see: everything but our password."""
    return {name: value for name, value in environ.items() if name != PASSWORD}

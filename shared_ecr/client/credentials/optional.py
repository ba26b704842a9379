"""Logins a registry can do without: where there are none, work continues; why is shown if that was not enough."""

from shared_ecr.client.credentials.interface import Credentials, CredentialSource
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import RegistryHost


class OptionalLogins:
    """Another source, whose failure is no one's until the registry refuses one who came without."""

    def __init__(self, source: CredentialSource) -> None:
        self._source = source

    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials | None:
        """Return the source's answer, or None where it fails; *renew*, which follows a refusal, lets it fail aloud.

        Raises:
            RefusedError: with *renew*, AWS does not let the caller have a token.
            UnavailableError: with *renew*, there are no AWS credentials, or no way to AWS.
        """
        try:
            return self._source.credentials_for(host, renew=renew)
        except (RefusedError, UnavailableError):
            if renew:
                raise
            return None

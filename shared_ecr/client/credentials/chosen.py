"""The one source of credentials that a command needs: AWS for ECR's hosts, the user's own logins for all others."""

from collections.abc import Mapping
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from shared_ecr.client.credentials.interface import Credentials, CredentialSource
from shared_ecr.client.registries import AwsMaker, RegistryBackend, backend_of
from shared_ecr.findings.errors import UsageError
from shared_ecr.model.names import RegistryHost
from shared_ecr.records import field, record

if TYPE_CHECKING:
    from shared_ecr.client.credentials.environment import EnvironmentLogin
    from shared_ecr.client.credentials.given import GivenLogins
    from shared_ecr.client.credentials.stored import StoredLogins


@record(frozen=False)
class _CachedAnswer:
    """What was found for one host, and the lock that lets one thread look while the others wait."""

    lock: Lock = field(default_factory=Lock)
    looked: int = 0
    found: Credentials | None = field(default=None, repr=False)


class ChosenLogins:
    """Chooses by host; each place is asked once, and again only after a refusal.

    A registry that wants no login asks for none, so each place is imported when the first login is wanted.
    """

    def __init__(
        self, clients: AwsMaker, environ: Mapping[str, str], given: Mapping[RegistryHost, Credentials]
    ) -> None:
        self._clients, self._environ, self._handed_over = clients, environ, given
        self._aws: dict[RegistryBackend, CredentialSource | None] = {}
        self._slots: dict[RegistryHost, _CachedAnswer] = {}
        self._lock = Lock()

    @cached_property
    def _given(self) -> "tuple[GivenLogins, EnvironmentLogin]":
        from shared_ecr.client.credentials.environment import EnvironmentLogin
        from shared_ecr.client.credentials.given import GivenLogins

        return GivenLogins(self._handed_over), EnvironmentLogin(self._environ)

    @cached_property
    def _stored(self) -> "StoredLogins":
        from shared_ecr.client.credentials.stored import StoredLogins

        return StoredLogins(self._environ)

    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials | None:
        """Return what *host* accepts, or None where it is to be asked without; *renew* after a refusal.

        Raises as `registries.credentials_everywhere` says.
        """
        backend = backend_of(host)
        asks_aws = self._asks_aws(backend)
        if asks_aws is None:
            return self._users_own(host.canonical, renew=renew)
        place = next((place for given in self._given if (place := given.place_of(host))), None)
        if place is not None:
            raise UsageError(
                f"the logins of {host} come from your AWS credentials, so {place} cannot be for it; leave it out"
            )
        return asks_aws.credentials_for(host, renew=renew)

    def for_repository(self, repository: str) -> CredentialSource:
        """Return a source that looks first for logins that are stored for *repository* or a part of its path."""
        return _RepositoryLogins(self, repository)

    def of_path(self, host: RegistryHost, repository: str) -> Credentials | None:
        """Return the login that is stored for a part of the registry; None where AWS or the caller gives the login."""
        if self._asks_aws(backend_of(host)) is not None or any(given.place_of(host) for given in self._given):
            return None
        return self._stored.for_path(host, repository)

    def _asks_aws(self, backend: RegistryBackend) -> CredentialSource | None:
        with self._lock:
            if backend not in self._aws:
                make = backend.aws_logins
                self._aws[backend] = make(self._clients) if make is not None else None
            return self._aws[backend]

    def _users_own(self, host: RegistryHost, *, renew: bool) -> Credentials | None:
        with self._lock:
            slot = self._slots.setdefault(host, _CachedAnswer())
        seen = slot.looked
        with slot.lock:
            looked_by_another = slot.looked != seen
            if not slot.looked or (renew and not looked_by_another):
                places: tuple[CredentialSource, ...] = (*self._given, self._stored)
                answers = (place.credentials_for(host, renew=renew) for place in places)
                slot.found = next((answer for answer in answers if answer is not None), None)
                slot.looked += 1
            return slot.found


@record
class _RepositoryLogins:
    """What is asked while one repository is spoken to."""

    chosen: ChosenLogins
    repository: str

    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials | None:
        """Return the login for the repository, else that for the host."""
        return self.chosen.of_path(host, self.repository) or self.chosen.credentials_for(host, renew=renew)

"""The one source of credentials that a command needs: AWS for ECR's hosts, the user's own logins for all others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from shared_ecr.client.credentials.environment import EnvironmentLogin
from shared_ecr.client.credentials.given import GivenLogins
from shared_ecr.client.credentials.interface import Credentials, CredentialSource
from shared_ecr.client.credentials.stored import StoredLogins
from shared_ecr.client.registries import AwsMaker, RegistryBackend, backend_of
from shared_ecr.errors import UsageError
from shared_ecr.names import RegistryHost


@dataclass(slots=True)
class _CachedAnswer:
    """What was found for one host, and the lock that lets one thread look while the others wait."""

    lock: Lock = field(default_factory=Lock)
    looked: int = 0
    found: Credentials | None = field(default=None, repr=False)


class ChosenLogins:
    """Chooses by host; each place is asked once, and again only after a refusal."""

    def __init__(
        self, clients: AwsMaker, environ: Mapping[str, str], given: Mapping[RegistryHost, Credentials]
    ) -> None:
        self._clients = clients
        self._given = (GivenLogins(given), EnvironmentLogin(environ))
        self._users: tuple[CredentialSource, ...] = (*self._given, StoredLogins(environ))
        self._aws: dict[RegistryBackend, CredentialSource | None] = {}
        self._slots: dict[RegistryHost, _CachedAnswer] = {}
        self._lock = Lock()

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
                answers = (source.credentials_for(host, renew=renew) for source in self._users)
                slot.found = next((answer for answer in answers if answer is not None), None)
                slot.looked += 1
            return slot.found

"""ECR's authorization tokens: fetched once, held in memory, renewed in time.

A token is bound to its Region and serves every registry there that the caller may use.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
"""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.credentials.issuing import (
    AnyClients,
    EcrClients,
    IssuedToken,
    issue_public_token,
    issue_token,
)
from shared_ecr.model.names import EcrRegistry, Region, RegistryHost
from shared_ecr.records import record

Now = Callable[[], datetime]


@record
class _Held:
    credentials: Credentials
    renew_at: datetime


class _TokenSlot:
    """The place of one token, and the lock that lets one thread fetch it while the others wait."""

    def __init__(self, now: Now) -> None:
        self.lock = Lock()
        self.held: _Held | None = None
        self._now = now

    def credentials(self, issue: Callable[[], IssuedToken], *, renew: bool) -> Credentials:
        """Return what is held, or what *issue* brings: at half its life, or when *renew* says it was refused."""
        seen = self.held
        with self.lock:
            fetched_by_another = self.held is not seen
            if self.held is None or self._now() >= self.held.renew_at or (renew and not fetched_by_another):
                issued = issue()
                self.held = _Held(issued.credentials, self._now() + issued.lifetime(self._now()) / 2)
            return self.held.credentials


class EcrTokens:
    """Hands out authorization tokens to private ECR registries, and to no other host.

    The match of `RegistryHost.ecr` is anchored; every other host gets None. FIPS and dual-stack hosts get their
    token from the endpoint of their kind. A token is renewed at half its life, as the server shows its end.
    """

    def __init__(self, clients: EcrClients, *, now: Now = lambda: datetime.now(UTC)) -> None:
        self._clients = clients
        self._now = now
        self._slots: dict[tuple[str, Region, bool, bool], _TokenSlot] = {}
        self._slots_lock = Lock()

    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials | None:
        """Return what *host* accepts, or None where it is not a private ECR registry.

        *renew* fetches a new token though the one held looks good. Threads that ask so together get one new
        token between them.

        Raises:
            AwsRefusedError: the caller may not call ecr:GetAuthorizationToken, or its AWS account may not.
            UnavailableError: no AWS credentials, no network, or an answer that is not a token.
        """
        registry = host.ecr
        if registry is None:
            return None
        return self._slot(registry).credentials(lambda: issue_token(self._clients, registry), renew=renew)

    def _slot(self, registry: EcrRegistry) -> _TokenSlot:
        key = (registry.region.partition.name, registry.region, registry.fips, registry.dual_stack)
        with self._slots_lock:
            return self._slots.setdefault(key, _TokenSlot(self._now))


class EcrPublicTokens:
    """Hands out the authorization token of ECR Public, to its two hosts alone; otherwise like `EcrTokens`."""

    def __init__(self, clients: AnyClients, *, now: Now = lambda: datetime.now(UTC)) -> None:
        self._clients = clients
        self._slot = _TokenSlot(now)

    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials | None:
        """Return what *host* accepts, or None where it is not ECR Public; raises as `EcrTokens` does."""
        if not host.is_ecr_public:
            return None
        return self._slot.credentials(lambda: issue_public_token(self._clients), renew=renew)

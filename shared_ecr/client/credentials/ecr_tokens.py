"""ECR's authorization tokens: fetched once, held in memory, renewed in time.

A token is bound to its Region and serves every registry there that the caller may use.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.errors import UnavailableError
from shared_ecr.names import EcrRegistry, Region, RegistryHost

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient
    from types_boto3_ecr.type_defs import AuthorizationDataTypeDef

# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html. A clock that runs behind
# makes a token look longer-lived than this, and would have us keep it for too long.
TOKEN_LIFETIME = timedelta(hours=12)


class EcrClients(Protocol):
    """Makes clients of ECR; `aws.AwsClients` does."""

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> "ECRClient":
        """Return the client of ECR in *region* that asks the endpoint of the kind wanted."""
        ...


@dataclass(frozen=True, slots=True)
class _Held:
    credentials: Credentials
    renew_at: datetime


class _Slot:
    """The place of one token, and the lock that lets one thread fetch it while the others wait."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.held: _Held | None = None


class EcrTokens:
    """Hands out authorization tokens to private ECR registries, and to no other host.

    The match of `RegistryHost.ecr` is anchored; every other host gets None. FIPS and dual-stack hosts get their
    token from the endpoint of their kind. A token is renewed at half its life, as the server tells its end.
    """

    def __init__(self, clients: EcrClients, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clients = clients
        self._now = now
        self._slots: dict[tuple[str, Region, bool, bool], _Slot] = {}
        self._slots_lock = Lock()

    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials | None:
        """Return what *host* accepts, or None where it is no private ECR registry.

        *renew* fetches a new token though the one held looks good. Threads that ask so together get one new
        token between them.

        Raises:
            AwsRefusedError: the caller may not call ecr:GetAuthorizationToken, or its AWS account may not.
            UnavailableError: no AWS credentials, no network, or an answer that is no token.
        """
        registry = host.ecr
        if registry is None:
            return None
        slot = self._slot(registry)
        seen = slot.held
        with slot.lock:
            held = slot.held
            fetched_by_another = held is not seen
            if held is None or self._now() >= held.renew_at or (renew and not fetched_by_another):
                held = slot.held = self._fetch(registry)
            return held.credentials

    def _slot(self, registry: EcrRegistry) -> _Slot:
        key = (registry.region.partition.name, registry.region, registry.fips, registry.dual_stack)
        with self._slots_lock:
            return self._slots.setdefault(key, _Slot())

    def _fetch(self, registry: EcrRegistry) -> _Held:
        """Ask ECR for a token; the one it gives serves every registry of the Region."""
        client = self._clients.ecr(registry.region, fips=registry.fips, dual_stack=registry.dual_stack)
        with asking_aws(f"ecr:GetAuthorizationToken in {registry.region}"):
            answers = client.get_authorization_token()["authorizationData"]
        if not answers:
            raise _no_token(registry.region)
        credentials = _parse(answers[0], registry.region)
        now = self._now()
        expires_at = credentials.expires_at or now + TOKEN_LIFETIME
        return _Held(credentials, now + min(expires_at - now, TOKEN_LIFETIME) / 2)


def _parse(answer: "AuthorizationDataTypeDef", region: Region) -> Credentials:
    """Read base64 of `USER:PASSWORD`; a password may have colons itself, so the first one parts them."""
    try:
        pair = base64.b64decode(answer.get("authorizationToken", ""), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        # The text of these exceptions quotes the token.
        raise _no_token(region) from None
    username, colon, password = pair.partition(":")
    if not username or not colon or not password:
        raise _no_token(region)
    return Credentials(username, password, answer.get("expiresAt"))


def _no_token(region: Region) -> UnavailableError:
    return UnavailableError(
        f"ECR in {region} answered the question for a token with something else; "
        "a proxy or AWS_ENDPOINT_URL may stand between"
    )

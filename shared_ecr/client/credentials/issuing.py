"""Ask ECR for an authorization token, and read how long it lives.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html,
https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_GetAuthorizationToken.html
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol

from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import EcrRegistry, Region
from shared_ecr.records import record

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient

# A clock that runs behind makes a token look longer-lived than this, and would have us keep it for too long.
TOKEN_LIFETIME = timedelta(hours=12)
# Everyone's tokens for ECR Public come from here.
# https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html
PUBLIC_REGION = Region("us-east-1")


class EcrClients(Protocol):
    """Makes clients of ECR; `aws.AwsClients` does."""

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> "ECRClient":
        """Return the client of ECR in *region* that asks the endpoint of the kind wanted."""
        ...


class AnyClients(Protocol):
    """Makes clients of every service; `aws.AwsClients` does."""

    def service(self, name: str, region: Region) -> Any:
        """Return the client of the service *name* in *region*."""
        ...


@record
class IssuedToken:
    """A token, and when the server gave it."""

    credentials: Credentials
    issued_at: datetime | None
    """The server's own time; None where its answer does not show."""

    def lifetime(self, now: datetime) -> timedelta:
        """Return how long it lives from its issue on, at most twelve hours; *now* is this machine's time of issue.

        By the server's times alone where both are shown: a wrong clock here makes no token older or younger.
        """
        if self.credentials.expires_at is None:
            return TOKEN_LIFETIME
        stated = self.credentials.expires_at - self.issued_at if self.issued_at else timedelta(0)
        if stated <= timedelta(0):
            stated = self.credentials.expires_at - now
        return min(stated, TOKEN_LIFETIME)


def issue_token(clients: EcrClients, registry: EcrRegistry) -> IssuedToken:
    """Ask for a token, at the endpoint of the registry's kind; it serves every registry of the Region.

    Raises:
        AwsRefusedError: the caller may not call ecr:GetAuthorizationToken, or its AWS account may not.
        UnavailableError: no AWS credentials, no network, or an answer that is not a token.
    """
    client = clients.ecr(registry.region, fips=registry.fips, dual_stack=registry.dual_stack)
    with asking_aws(f"ecr:GetAuthorizationToken in {registry.region}"):
        answer: Mapping[str, Any] = client.get_authorization_token()
    return _read(answer, f"ECR in {registry.region}")


def issue_public_token(clients: AnyClients) -> IssuedToken:
    """Ask for a token of ECR Public; raises as `issue_token` does."""
    client = clients.service("ecr-public", PUBLIC_REGION)
    with asking_aws(f"ecr-public:GetAuthorizationToken in {PUBLIC_REGION}"):
        answer: Mapping[str, Any] = client.get_authorization_token()
    return _read(answer, "ECR Public")


def _read(answer: Mapping[str, Any], service: str) -> IssuedToken:
    """Read what either API answers: ECR a list of one, ECR Public the one."""
    data = answer.get("authorizationData")
    first = data[0] if isinstance(data, list) and data else data
    if not isinstance(first, Mapping):
        raise _no_token(service)
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return IssuedToken(_parse(first, service), _moment(headers.get("date")))


def _parse(answer: Mapping[str, Any], service: str) -> Credentials:
    """Read base64 of `USER:PASSWORD`; a password may have colons itself, so the first one parts them."""
    try:
        pair = base64.b64decode(answer.get("authorizationToken", ""), validate=True).decode("ascii")
    except ValueError:
        # The text of these exceptions quotes the token.
        raise _no_token(service) from None
    username, colon, password = pair.partition(":")
    if not username or not colon or not password:
        raise _no_token(service)
    return Credentials(username, password, answer.get("expiresAt"))


def _moment(date: str | None) -> datetime | None:
    """Read a `Date` header; None where it is absent or no date."""
    try:
        return parsedate_to_datetime(date).astimezone(UTC) if date else None
    except (ValueError, OverflowError):
        return None


def _no_token(service: str) -> UnavailableError:
    return UnavailableError(
        f"{service} answered the question for a token with something else; a proxy or AWS_ENDPOINT_URL may be between"
    )

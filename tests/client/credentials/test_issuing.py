import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from shared_ecr.client.credentials.ecr_tokens import EcrPublicTokens, EcrTokens
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.credentials.issuing import IssuedToken
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import Region, RegistryHost

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOST = RegistryHost("111122223333.dkr.ecr.us-east-1.amazonaws.com")
PUBLIC = RegistryHost("public.ecr.aws")


@dataclass
class Ecr:
    """Both APIs, whose clock is at noon while this machine's does not."""

    here: datetime = NOON
    headers: dict[str, str] = field(default_factory=lambda: {"date": "Sat, 21 Nov 2026 12:00:00 GMT"})
    is_public: bool = False
    given: int = 0
    services: list[tuple[str, str]] = field(default_factory=list)
    document: Any = None

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> "ECRClient":
        return cast("ECRClient", self)

    def service(self, name: str, region: Region) -> Any:
        self.services.append((name, region.name))
        self.is_public = True
        return self

    def get_authorization_token(self) -> dict[str, Any]:
        self.given += 1
        token = base64.b64encode(f"AWS:token {self.given}".encode()).decode()
        data = {"authorizationToken": token, "expiresAt": NOON + timedelta(hours=12)}
        document = self.document if self.document is not None else data if self.is_public else [data]
        return {"authorizationData": document, "ResponseMetadata": {"HTTPHeaders": self.headers}}


@pytest.fixture
def ecr() -> Ecr:
    return Ecr()


@pytest.mark.parametrize("host", ["public.ecr.aws", "ecr-public.aws.com"])
def test_ecr_public_gets_a_token_from_its_one_region(ecr: Ecr, host: str) -> None:
    tokens = EcrPublicTokens(ecr, now=lambda: ecr.here)

    assert tokens.credentials_for(RegistryHost(host)) == Credentials("AWS", "token 1", NOON + timedelta(hours=12))
    assert ecr.services == [("ecr-public", "us-east-1")]


@pytest.mark.parametrize("host", [str(HOST), "docker.io", "public.ecr.aws.attacker.example", "public.ecr.aws:8443"])
def test_no_other_host_gets_a_token_of_ecr_public(ecr: Ecr, host: str) -> None:
    assert EcrPublicTokens(ecr).credentials_for(RegistryHost(host), renew=True) is None
    assert ecr.given == 0


def test_a_token_of_ecr_public_is_held_and_renewed_when_it_is_refused(ecr: Ecr) -> None:
    tokens = EcrPublicTokens(ecr, now=lambda: ecr.here)
    found = [tokens.credentials_for(PUBLIC), tokens.credentials_for(PUBLIC), tokens.credentials_for(PUBLIC, renew=True)]

    assert [each.password for each in found if each] == ["token 1", "token 1", "token 2"]


@pytest.mark.parametrize(
    "document",
    [[], {}, "", None, [[]], {"authorizationToken": "!"}, {"authorizationToken": "é"}, {"authorizationToken": ""}],
)
def test_an_answer_that_is_no_token_is_shown(ecr: Ecr, document: object) -> None:
    ecr.document = document if document is not None else 0

    with pytest.raises(UnavailableError, match="ECR Public answered the question for a token with something else"):
        EcrPublicTokens(ecr).credentials_for(PUBLIC)


@pytest.mark.parametrize("hours", [-13, -1, 0, 1, 13])
def test_a_token_is_renewed_by_the_servers_times_whatever_the_clock_here_says(ecr: Ecr, hours: float) -> None:
    ecr.here += timedelta(hours=hours)
    tokens = EcrTokens(ecr, now=lambda: ecr.here)
    tokens.credentials_for(HOST)
    ecr.here += timedelta(hours=5.9)
    tokens.credentials_for(HOST)
    assert ecr.given == 1
    ecr.here += timedelta(hours=0.2)
    tokens.credentials_for(HOST)

    assert ecr.given == 2


@pytest.mark.parametrize(
    ("issued_at", "expires_at", "hours"),
    [
        (NOON, NOON + timedelta(hours=12), 12),
        (NOON, NOON + timedelta(hours=2), 2),
        (NOON, NOON + timedelta(hours=24), 12),
        (None, NOON + timedelta(hours=3), 3),
        (NOON + timedelta(hours=5), NOON + timedelta(hours=4), 4),
        (None, None, 12),
    ],
    ids=["ECR's", "shorter", "longer", "no Date", "a Date after its end", "no end"],
)
def test_a_lifetime_is_what_the_server_says_and_no_longer_than_ecrs(
    issued_at: datetime | None, expires_at: datetime | None, hours: float
) -> None:
    issued = IssuedToken(Credentials("AWS", "token", expires_at), issued_at)

    assert issued.lifetime(NOON) == timedelta(hours=hours)


@pytest.mark.parametrize("date", ["", "yesterday", "Sat, 99 Nov 2026 12:00:00 GMT"])
def test_a_date_that_is_none_is_done_without(ecr: Ecr, date: str) -> None:
    ecr.headers = {"date": date}

    assert EcrTokens(ecr, now=lambda: ecr.here).credentials_for(HOST)

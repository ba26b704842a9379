import base64
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from shared_ecr.client.aws.faults import AwsDeniedError
from shared_ecr.client.credentials.ecr_tokens import EcrTokens
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import Region, RegistryHost

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENDPOINT = RegistryHost("111122223333.dkr.ecr.us-east-1.amazonaws.com")


@dataclass
class Ecr:
    """Gives a token a call, numbered, good for *lifetime* as its server's clock has it."""

    now: datetime = NOON
    lifetime: timedelta = timedelta(hours=12)
    clients: list[tuple[str, bool, bool]] = field(default_factory=list)
    given: int = 0
    text: str | None = None
    fault: Exception | None = None
    gate: threading.Event | None = None
    asked: threading.Event = field(default_factory=threading.Event)

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> "ECRClient":
        self.clients.append((region.name, fips, dual_stack))
        return cast("ECRClient", self)

    def get_authorization_token(self) -> dict[str, list[dict[str, object]]]:
        self.asked.set()
        if self.gate:
            assert self.gate.wait(timeout=10)
        if self.fault:
            raise self.fault
        self.given += 1
        token = self.text if self.text is not None else encoded(f"AWS:token {self.given}")
        return {"authorizationData": [{"authorizationToken": token, "expiresAt": self.now + self.lifetime}]}


def encoded(pair: str) -> str:
    return base64.b64encode(pair.encode()).decode()


@pytest.fixture
def ecr() -> Ecr:
    return Ecr()


@pytest.fixture
def tokens(ecr: Ecr) -> EcrTokens:
    return EcrTokens(ecr, now=lambda: ecr.now)


def password(tokens: EcrTokens, host: str = ENDPOINT.text, *, renew: bool = False) -> str:
    credentials = tokens.credentials_for(RegistryHost.parse(host), renew=renew)
    assert credentials
    return credentials.password


@pytest.mark.parametrize(
    "host",
    [
        "111122223333.dkr.ecr.us-east-1.amazonaws.com.attacker.example",
        "111122223333.dkr.ecr.us-east-1.attacker.example",
        "x.111122223333.dkr.ecr.us-east-1.amazonaws.com",
        "111122223333.dkr.ecr.us-east-1.amazonaws.com:8443",
        "111122223333.dkr.ecr.us-east-1.amazonaws.com.cn",
        "111122223333.dkr.ecr-fips.eu-west-1.amazonaws.com",
        "public.ecr.aws",
        "127.0.0.1:4566",
        "docker.io",
    ],
    ids=["suffix", "domain", "prefix", "port", "partition", "FIPS elsewhere", "public", "loopback", "other"],
)
def test_a_host_that_is_no_private_ecr_registry_gets_no_token(ecr: Ecr, tokens: EcrTokens, host: str) -> None:
    assert tokens.credentials_for(RegistryHost(host)) is None
    assert tokens.credentials_for(RegistryHost(host), renew=True) is None
    assert ecr.given == 0


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com", ("us-east-1", False, False)),
        ("111122223333.dkr.ecr-fips.us-east-1.amazonaws.com", ("us-east-1", True, False)),
        ("111122223333.dkr-ecr.eu-west-1.on.aws", ("eu-west-1", False, True)),
        ("111122223333.dkr-ecr-fips.us-east-2.on.aws", ("us-east-2", True, True)),
        ("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", ("cn-north-1", False, False)),
        ("111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu", ("eusc-de-east-1", False, False)),
    ],
    ids=["plain", "FIPS", "dual-stack", "both", "China", "European sovereign"],
)
def test_a_host_gets_its_token_from_the_endpoint_of_its_kind(
    ecr: Ecr, tokens: EcrTokens, host: str, client: tuple[str, bool, bool]
) -> None:
    password(tokens, host)

    assert ecr.clients == [client]


def test_the_accounts_of_a_region_share_a_token(ecr: Ecr, tokens: EcrTokens) -> None:
    password(tokens, "111122223333.dkr.ecr.us-east-1.amazonaws.com")
    password(tokens, "444455556666.dkr.ecr.us-east-1.amazonaws.com")

    assert ecr.given == 1


def test_regions_do_not_share_a_token(ecr: Ecr, tokens: EcrTokens) -> None:
    password(tokens, "111122223333.dkr.ecr.us-east-1.amazonaws.com")
    password(tokens, "111122223333.dkr.ecr.us-east-2.amazonaws.com")

    assert ecr.given == 2


def test_a_password_may_have_colons_itself(ecr: Ecr, tokens: EcrTokens) -> None:
    ecr.text = encoded("AWS:a:b::c")

    assert password(tokens) == "a:b::c"


@pytest.mark.parametrize(
    ("hours", "number"),
    [(0, 1), (5.9, 1), (6, 2), (13, 2)],
    ids=["at once", "before half its life", "at half its life", "after its end"],
)
def test_a_token_is_renewed_at_half_its_life(ecr: Ecr, tokens: EcrTokens, hours: float, number: int) -> None:
    password(tokens)
    ecr.now += timedelta(hours=hours)

    assert password(tokens) == f"token {number}"


def test_half_a_life_is_the_servers_to_show(ecr: Ecr, tokens: EcrTokens) -> None:
    ecr.lifetime = timedelta(hours=1)
    password(tokens)
    ecr.now += timedelta(minutes=31)

    assert password(tokens) == "token 2"


def test_a_clock_that_runs_behind_does_not_keep_a_token_for_longer(ecr: Ecr) -> None:
    behind = timedelta(hours=20)
    tokens = EcrTokens(ecr, now=lambda: ecr.now - behind)
    password(tokens)
    ecr.now += timedelta(hours=6)

    assert password(tokens) == "token 2"


def test_a_refused_token_is_renewed_though_it_looks_good(ecr: Ecr, tokens: EcrTokens) -> None:
    password(tokens)

    assert password(tokens, renew=True) == "token 2"
    assert password(tokens) == "token 2"


def test_threads_that_ask_together_get_one_token(ecr: Ecr, tokens: EcrTokens) -> None:
    assert passwords_of_threads(ecr, tokens, renew=False) == {"token 1"}


def test_threads_that_were_refused_together_get_one_new_token(ecr: Ecr, tokens: EcrTokens) -> None:
    password(tokens)

    assert passwords_of_threads(ecr, tokens, renew=True) == {"token 2"}


def passwords_of_threads(ecr: Ecr, tokens: EcrTokens, *, renew: bool) -> set[str]:
    """Ask from six threads, all of which stand at the lock before the first answer comes."""
    ecr.gate, ecr.asked = threading.Event(), threading.Event()
    found: list[str] = []
    slot = tokens._slot(ENDPOINT.ecr) if ENDPOINT.ecr else None
    assert slot
    waiting = threading.Semaphore(0)
    real = slot.lock

    class Counted:
        def __enter__(self) -> None:
            waiting.release()
            real.acquire()

        def __exit__(self, *_: object) -> None:
            real.release()

    slot.lock = cast("threading.Lock", Counted())
    threads = [threading.Thread(target=lambda: found.append(password(tokens, renew=renew))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert waiting.acquire(timeout=10)
    ecr.gate.set()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    return set(found)


@pytest.mark.parametrize(
    "text",
    ["", "no base64 at all", encoded("AWS"), encoded("AWS:"), encoded(":password"), "/zp4"],
    ids=["empty", "text", "no colon", "no password", "no user", "no text"],
)
def test_an_answer_that_is_no_token_is_shown_without_it(ecr: Ecr, tokens: EcrTokens, text: str) -> None:
    ecr.text = text

    with pytest.raises(UnavailableError, match="with something else") as caught:
        password(tokens)
    assert not text or text not in str(caught.value)


def test_a_failure_is_not_remembered(ecr: Ecr, tokens: EcrTokens) -> None:
    ecr.fault = AwsDeniedError("no", code="AccessDenied")
    with pytest.raises(AwsDeniedError):
        password(tokens)
    ecr.fault = None

    assert password(tokens) == "token 1"

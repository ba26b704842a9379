from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.answers import answered
from client.fake_registry import FakeRegistry
from client.faults import Reply
from client.images import image, write_layout
from client.pushing import CANARY, Bench, Heard, KnownCredentials, NoCredentials, push_source
from shared_ecr.client.credentials.given import GivenLogins
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.client.http.challenges import BasicChallenge, BearerChallenge, parse_challenge
from shared_ecr.client.http.endpoints import TOKEN_SERVICES_VARIABLE, Endpoint, endpoint_of
from shared_ecr.client.http.logins import Login
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import RegistryHost, Tag

if TYPE_CHECKING:
    from shared_ecr.client.http.transport import Transport

KNOWN = Credentials("alice", CANARY)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with FakeRegistry() as registry:
        registry.manners.passwords = {CANARY}
        yield Bench(registry)


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "layout", image())


def bearer(bench: Bench, realm: str = "") -> None:
    realm = realm or f"{bench.registry.url}/token"
    bench.registry.manners.challenge = (
        f'Bearer realm="{realm}",service="fake",scope="repository:team/app:pull,push",error="invalid_token"'
    )


def test_a_basic_challenge_is_answered_once_for_the_whole_push(bench: Bench, layout: Path) -> None:
    bench.push(layout)
    assert sum("authorization" not in seen.headers for seen in bench.registry.seen) == 1


def test_a_registry_that_is_not_ecr_is_shown_the_password_only_when_it_asks(bench: Bench, layout: Path) -> None:
    bench.registry.manners.passwords = None
    bench.push(layout)
    assert bench.credentials.asked == []


def test_a_bearer_challenge_is_answered_by_the_token_service(bench: Bench, layout: Path) -> None:
    bearer(bench)
    bench.push(layout)
    assert list(bench.registry.api.tokens.values()) == ["repository:team/app:pull,push"]


def test_the_password_goes_to_the_token_service_alone(bench: Bench, layout: Path) -> None:
    bearer(bench)
    bench.push(layout)
    basic = [seen.line for seen in bench.registry.seen if seen.headers.get("authorization", "").startswith("Basic")]
    assert basic == ["GET /token"]


def test_an_expired_bearer_token_is_fetched_again_with_the_same_password(bench: Bench, layout: Path) -> None:
    bearer(bench)
    again = Reply(401, (("WWW-Authenticate", bench.registry.manners.challenge),))
    bench.registry.fail("POST", "/uploads/", again)
    bench.push(layout, threads=1)
    assert [renewed for _, renewed in bench.credentials.asked] == [False, False]


def test_a_password_that_the_token_service_refuses_is_renewed_once(bench: Bench, layout: Path) -> None:
    bearer(bench)
    bench.credentials = KnownCredentials(("stale", CANARY))
    bench.push(layout)
    assert [renewed for _, renewed in bench.credentials.asked] == [False, True]


@pytest.mark.parametrize("kind", ["basic", "bearer"])
def test_a_wrong_password_is_reported(bench: Bench, layout: Path, kind: str) -> None:
    if kind == "bearer":
        bearer(bench)
    bench.credentials = KnownCredentials(("wrong",))
    with pytest.raises(LoginRefusedError, match="does not accept the credentials"):
        bench.push(layout)


@pytest.mark.parametrize("challenge", ["Negotiate", 'Digest realm="x", nonce="y"', ""])
def test_a_password_is_not_shown_to_one_who_asks_for_something_else(bench: Bench, layout: Path, challenge: str) -> None:
    bench.registry.manners.challenge = challenge
    with pytest.raises(LoginRefusedError):
        bench.push(layout)
    assert not any("authorization" in seen.headers for seen in bench.registry.seen)


def test_a_registry_that_asks_one_who_has_no_password_is_reported(bench: Bench, layout: Path) -> None:
    request = PushRequest(str(layout), bench.registry.host, "team/app", (Tag.parse("1"),))
    with pytest.raises(UnavailableError, match="no credentials for it are known"):
        push_source(NativePusher(bench.environment()), request, NoCredentials(), Heard())


def test_a_token_service_that_is_throttled_is_asked_again(bench: Bench, layout: Path) -> None:
    bearer(bench)
    bench.registry.fail("GET", "/token", Reply(503))
    assert str(bench.push(layout).digest) == image().root


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"token":1}', b'{"token":"a\\r\\nX: y"}', b"[" * 100_000],
    ids=["nothing", "list", "no token", "number", "header injection", "deep"],
)  # fmt: skip
def test_an_odd_answer_of_the_token_service_is_no_token(bench: Bench, layout: Path, body: bytes) -> None:
    bearer(bench)
    bench.registry.fail("GET", "/token", Reply(200, (), body), times=99)
    with pytest.raises(RefusedError, match=r"its token service 127\.0\.0\.1 gave no token: 200 without a reason"):
        bench.push(layout)


def test_a_token_that_does_not_reach_far_enough_is_a_denied_push(bench: Bench, layout: Path) -> None:
    bearer(bench)
    challenge = bench.registry.manners.challenge.replace("invalid_token", "insufficient_scope")
    bench.registry.fail("POST", "/uploads/", Reply(401, (("WWW-Authenticate", challenge),)), times=1000)
    with pytest.raises(RefusedError, match="refused to begin an upload"):
        bench.push(layout)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('Basic realm="https://x/",service="ecr.amazonaws.com"', BasicChallenge()),
        ("basic", BasicChallenge()),
        ('Bearer realm="https://t/a",service="s",scope="a b"', BearerChallenge("https://t/a", "s", ("a", "b"), False)),  # noqa: FBT003 — the field's value
        ('Basic realm="x", Bearer realm="https://t"', BearerChallenge("https://t", "", (), False)),  # noqa: FBT003 — as above
        (r'Bearer realm="https://t/\"q\""', BearerChallenge('https://t/"q"', "", (), False)),  # noqa: FBT003 — as above
        ("Bearer realm=https", BearerChallenge("https", "", (), False)),  # noqa: FBT003 — as above
        ('Bearer service="no realm"', None),
        ("Negotiate", None),
        ("", None),
        ('"', None),
    ],
)  # fmt: skip
def test_challenges_are_read(header: str, expected: object) -> None:
    assert parse_challenge([header]) == expected


@pytest.mark.parametrize(
    ("registry", "realm", "expected"),
    [
        ("r.example.com", "https://r.example.com/token", True),
        ("r.example.com", "https://r.example.com:8443/token", True),
        ("registry.gitlab.com", "https://gitlab.com/jwt/auth", True),
        ("example.com", "https://auth.example.com/token", True),
        ("registry-1.docker.io", "https://auth.docker.io/token", True),
        ("a.co.uk", "https://b.co.uk/token", False),
        ("a.github.io", "https://b.github.io/token", False),
        ("r.example.com", "https://evil-r.example.com.evil.net/", False),
        ("r.example.com", "https://example.org/", False),
        ("example.com", "https://notexample.com/", False),
    ],
)
def test_credentials_go_only_to_a_token_service_of_the_registry(
    registry: str, realm: str, expected: bool  # noqa: FBT001 — a case
) -> None:  # fmt: skip
    endpoint = Endpoint(RegistryHost.parse(registry), f"https://{registry}")
    assert BearerChallenge(realm, "", (), is_insufficient=False).may_see_credentials(endpoint) is expected


class RecordingTransport:
    """A transport without a network: it answers each request with the next reply, and keeps what was asked."""

    def __init__(self, *replies: tuple[int, bytes]) -> None:
        self.replies, self.asked = list(replies), list[tuple[str, str, dict[str, str], object]]()

    def send(self, method: str, url: str, headers: Mapping[str, str], body: object = None) -> HttpResponse:
        self.asked.append((method, url, dict(headers), body))
        status, content = self.replies.pop(0)
        return answered(url, status, content)


def challenged(
    challenge: str,
    *replies: tuple[int, bytes],
    credentials: Credentials | None = KNOWN,
    trusted: str = "",
    renew: bool = False,
) -> tuple[RecordingTransport, Login]:
    """Have a registry elsewhere refuse one request with *challenge*, and its token service answer with *replies*."""
    transport = RecordingTransport(*replies)
    endpoint = endpoint_of(RegistryHost("registry.example.com"), {TOKEN_SERVICES_VARIABLE: trusted})
    source = GivenLogins({endpoint.registry: credentials} if credentials else {})
    login = Login(endpoint, source, cast("Transport", transport))
    refusal = answered(endpoint.url, 401, headers={"WWW-Authenticate": challenge})
    login.answer(refusal, login.current(), renew=renew)
    return transport, login


ELSEWHERE = 'Bearer realm="https://git.example.com/jwt/auth",service="registry",scope="repository:a:pull"'
NEARBY = ELSEWHERE.replace("git.example.com", "registry.example.com")
GOOD = (200, b'{"token":"bearer-token"}')


def test_a_token_service_beside_the_registry_is_asked_without_a_login() -> None:
    transport, login = challenged(ELSEWHERE, GOOD)
    (asked,) = transport.asked
    assert asked[0] == "GET"
    assert "Authorization" not in asked[2]
    assert login.current().header == "Bearer bearer-token"


@pytest.mark.parametrize("replies", [(), ((401, b""),)], ids=["given too little", "given nothing"])
def test_a_login_that_such_a_service_was_not_shown_is_reported_with_the_way_to_trust_it(
    replies: tuple[tuple[int, bytes], ...],
) -> None:
    said = "SHARED_ECR_TOKEN_SERVICES=registry.example.com=git.example.com"
    with pytest.raises(UnavailableError, match=said):
        challenged(ELSEWHERE, *replies, renew=not replies)


def test_a_token_service_that_the_user_names_is_shown_the_login() -> None:
    transport, _ = challenged(ELSEWHERE, GOOD, trusted="registry.example.com=git.example.com")
    assert transport.asked[0][2]["Authorization"] == KNOWN.basic()


def test_an_identity_token_is_posted_and_is_in_no_address_and_no_header() -> None:
    transport, login = challenged(NEARBY, GOOD, credentials=Credentials("<token>", CANARY))
    ((method, url, headers, body),) = transport.asked
    form = parse_qs(bytes(cast("bytes", body)).decode())
    assert (method, url) == ("POST", "https://registry.example.com/jwt/auth")
    assert (form["grant_type"], form["refresh_token"]) == (["refresh_token"], [CANARY])
    assert CANARY not in str(headers)
    assert login.redacted(f"you sent {CANARY}") == "you sent …"


def test_an_identity_token_is_not_shown_as_a_password() -> None:
    with pytest.raises(UnavailableError, match="what is stored for it is an identity token"):
        challenged("Basic", credentials=Credentials("<token>", CANARY))


def test_a_registry_that_gives_nothing_without_a_login_is_reported_as_that() -> None:
    with pytest.raises(UnavailableError, match="gives nothing without a login, and no credentials for it are known"):
        challenged(NEARBY, (401, b""), credentials=None)


def test_each_challenge_adds_to_what_the_next_token_reaches() -> None:
    transport, login = challenged(NEARBY, GOOD, GOOD, GOOD)
    for scope in ("repository:a:push", "repository:b:pull"):
        header = NEARBY.replace("repository:a:pull", scope)
        refusal = answered("https://registry.example.com", 401, headers={"WWW-Authenticate": header})
        login.answer(refusal, login.current(), renew=False)
    scopes = [parse_qs(urlsplit(url).query)["scope"] for _, url, _, _ in transport.asked]
    assert scopes == [
        ["repository:a:pull"],
        ["repository:a:pull,push"],
        ["repository:a:pull,push", "repository:b:pull"],
    ]


@given(st.lists(st.text(max_size=12), max_size=6), st.lists(st.text(max_size=12), max_size=6))
def test_scopes_of_every_shape_are_added_up(before: list[str], more: list[str]) -> None:
    challenge = BearerChallenge("https://t", "", tuple(more), is_insufficient=False)
    merged = challenge.reaching(tuple(before))
    assert merged.reaching(tuple(before)).scopes == merged.scopes


@pytest.mark.parametrize(
    "realm",
    ["http://r.example.com/t", "https://127.0.0.1/t", "https://localhost/t", "https://u:p@r.example.com/",
     "file:///etc", "https://[x/"],
)  # fmt: skip
def test_a_token_service_that_is_not_https_elsewhere_is_refused(realm: str) -> None:
    endpoint = Endpoint(RegistryHost.parse("r.example.com"), "https://r.example.com")
    with pytest.raises(RefusedError):
        BearerChallenge(realm, "", (), is_insufficient=False).token_url(endpoint)

from collections.abc import Iterator
from pathlib import Path

import pytest

from client.faults import Reply
from client.images import image, index, write_layout
from client.pushing import CANARY, NoCredentials
from client.registries.token_service import Served, TokenService, served
from shared_ecr.client.credentials.given import GivenLogins
from shared_ecr.client.credentials.interface import IDENTITY_TOKEN_USER, Credentials
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.client.http.limits import LimitReachedError
from shared_ecr.findings.errors import SharedEcrError, UnavailableError
from shared_ecr.model.names import RegistryHost

LOGGED_IN = GivenLogins({RegistryHost("docker.io"): Credentials("alice", CANARY)})


@pytest.fixture
def hub() -> Iterator[Served]:
    with served("docker.io", TokenService(accounts={"alice": CANARY}, public={"library/nginx"})) as hub:
        hub.hold(image(), "library/nginx")
        hub.hold(image(seed=1), "alice/private")
        yield hub


def test_an_official_image_is_pulled_by_its_short_name_without_a_login(hub: Served, tmp_path: Path) -> None:
    assert str(hub.pull("nginx", tmp_path / "l", NoCredentials())) == image().root
    assert hub.service.asked == [(None, ("repository:library/nginx:pull",))]


def test_a_private_image_is_pulled_with_a_login(hub: Served, tmp_path: Path) -> None:
    assert str(hub.pull("alice/private", tmp_path / "l", LOGGED_IN)) == image(seed=1).root
    assert hub.service.asked == [("alice", ("repository:alice/private:pull",))]


def test_an_identity_token_is_shown_to_the_token_service_in_a_form(hub: Served, tmp_path: Path) -> None:
    hub.service.identity_tokens["identity-9"] = "alice"
    logins = GivenLogins({hub.host: Credentials(IDENTITY_TOKEN_USER, "identity-9")})
    assert str(hub.pull("alice/private", tmp_path / "l", logins)) == image(seed=1).root
    assert hub.service.asked == [("alice", ("repository:alice/private:pull",))]
    assert hub.shown_to(hub.tokens) == set()


def test_the_password_goes_to_the_token_service_and_the_token_to_the_registry(hub: Served, tmp_path: Path) -> None:
    hub.pull("alice/private", tmp_path / "l", LOGGED_IN)
    assert (hub.shown_to(hub.tokens), hub.shown_to(hub.registry)) == ({"Basic"}, {"Bearer"})


def test_a_push_asks_for_one_token_to_look_and_one_that_also_writes(hub: Served, tmp_path: Path) -> None:
    hub.push(write_layout(tmp_path / "l", index(image(seed=2), image(seed=3))), "alice/new", LOGGED_IN)
    scopes = [scopes for _, scopes in hub.service.asked]
    assert scopes == [("repository:alice/new:pull",), ("repository:alice/new:pull,push",)]


def test_a_push_without_a_login_is_refused_with_how_to_log_in(hub: Served, tmp_path: Path) -> None:
    with pytest.raises(SharedEcrError, match=r"docker\.io refused to begin an upload in library/nginx") as caught:
        hub.push(write_layout(tmp_path / "l", image(seed=2)), "nginx", NoCredentials())
    assert "no login was sent; log in by 'shared-ecr login docker.io --username NAME --password-stdin'" in str(
        caught.value
    )
    assert "collaborator" not in str(caught.value)
    assert not hub.registry.count("PUT")


def test_a_push_with_a_login_that_may_not_is_refused_with_what_the_account_needs(hub: Served, tmp_path: Path) -> None:
    denied = Reply(403, (), b'{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}')
    hub.registry.fail("POST", "/uploads/", denied, times=9)
    with pytest.raises(SharedEcrError, match="requested access to the resource is denied; the account has to be the"):
        hub.push(write_layout(tmp_path / "l", image(seed=2)), "bob/app", LOGGED_IN)


def test_a_pull_without_a_login_that_is_refused_says_how_to_log_in(hub: Served, tmp_path: Path) -> None:
    with pytest.raises(
        SharedEcrError, match=r"refused to read 1\.0 in alice/private.*no login was sent; log in by 'shared-ecr"
    ):
        hub.pull("alice/private", tmp_path / "l", NoCredentials())


def test_a_token_service_that_wants_a_login_says_how_to_get_one(hub: Served) -> None:
    hub.service.gives_anonymous_tokens = False
    with pytest.raises(
        UnavailableError, match=r"no credentials for it are known; log in by 'shared-ecr login docker\.io"
    ):
        hub.look("nginx", NoCredentials())


def test_a_wrong_password_is_shown_with_what_a_password_is_here(hub: Served) -> None:
    wrong = GivenLogins({hub.host: Credentials("alice", "wrong-5d1c")})
    with pytest.raises(LoginRefusedError, match="only an access token is a password") as caught:
        hub.look("alice/private", wrong)
    assert "wrong-5d1c" not in str(caught.value)


@pytest.mark.parametrize(
    ("logins", "said"),
    [
        (NoCredentials(), "docker.io gives 100 pulls in 6 hours to one address without a login.*Logging in raises"),
        (LOGGED_IN, "docker.io gives 100 pulls in 6 hours to the account alice.*Another plan"),
    ],
    ids=["anonymous", "logged in"],
)
def test_pulls_that_are_used_up_are_shown_once_and_not_waited_for(
    hub: Served, tmp_path: Path, logins: GivenLogins | NoCredentials, said: str
) -> None:
    hub.api.pulls_left = {None: 0, "alice": 0}
    with pytest.raises(LimitReachedError, match=said):
        hub.pull("nginx", tmp_path / "l", logins)
    assert (hub.registry.count("GET", "/manifests/"), hub.pauses.taken) == (2, [])


def test_the_last_pull_that_is_left_is_a_pull(hub: Served, tmp_path: Path) -> None:
    hub.api.pulls_left = {None: 1}
    assert str(hub.pull("nginx", tmp_path / "l", NoCredentials())) == image().root


LIMIT = ("RateLimit-Limit", "40;w=3600")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (
            Reply(429, (LIMIT, ("RateLimit-Remaining", "0"), ("Retry-After", "1800"))),
            "40 pulls in 1 hour.*in 30 minutes",
        ),
        (Reply(429, (("RateLimit-Limit", "40"),)), "gives 40 pulls to"),
        (Reply(429, (), b"toomanyrequests: You have reached your pull rate limit."), "a limited number of pulls"),
    ],
    ids=["with a time to wait", "without a window", "in words alone"],
)
def test_each_way_to_show_a_limit_is_understood(hub: Served, tmp_path: Path, reply: Reply, said: str) -> None:
    hub.registry.fail("GET", "/manifests/", reply, times=99)
    with pytest.raises(LimitReachedError, match=said):
        hub.pull("nginx", tmp_path / "l", NoCredentials())


@pytest.mark.parametrize(
    "headers",
    [(), (("Retry-After", "2"),), (LIMIT, ("RateLimit-Remaining", "17;w=3600")), (("RateLimit-Limit", "many"),)],
    ids=["no word", "a pause", "pulls are left", "nonsense"],
)
def test_too_many_requests_in_a_moment_are_only_waited_for(
    hub: Served, tmp_path: Path, headers: tuple[tuple[str, str], ...]
) -> None:
    hub.registry.fail("GET", "/manifests/", Reply(429, headers), times=2)
    assert str(hub.pull("nginx", tmp_path / "l", NoCredentials())) == image().root
    assert len(hub.pauses.taken) == 2


def test_a_limit_of_the_token_service_is_shown_too(hub: Served) -> None:
    hub.service.refusal = Reply(429, (LIMIT, ("RateLimit-Remaining", "0")))
    with pytest.raises(LimitReachedError, match="40 pulls in 1 hour"):
        hub.look("nginx", NoCredentials())

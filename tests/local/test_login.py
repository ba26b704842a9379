import base64
from datetime import UTC, datetime, timedelta

import pytest

from local.registry_caller import RegistryCaller, client, error_of, token_of
from shared_ecr.local import LocalAws, advance_clock, running

HOST = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
EVERY_METHOD = [
    ("GET", ""),
    ("HEAD", "team/app/blobs/sha256:00"),
    ("GET", "team/app/manifests/v1"),
    ("HEAD", "team/app/manifests/v1"),
    ("GET", "team/app/tags/list"),
    ("GET", "team/app/referrers/sha256:00"),
    ("GET", "_catalog"),
    ("POST", "team/app/blobs/uploads/"),
    ("PATCH", "team/app/blobs/uploads/1"),
    ("PUT", "team/app/blobs/uploads/1"),
    ("PUT", "team/app/manifests/v1"),
    ("DELETE", "team/app/manifests/sha256:00"),
]


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(("method", "path"), EVERY_METHOD, ids=[" ".join(each) for each in EVERY_METHOD])
def test_no_request_to_the_registry_is_served_without_a_token(aws: LocalAws, method: str, path: str) -> None:
    with RegistryCaller(aws, None) as caller:
        assert caller.ask(method, path).status == 401


@pytest.mark.parametrize(
    "authorization",
    [
        basic("AWS", "ministack-auth-token"),
        basic("AWS", ""),
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        "Bearer abc",
    ],
    ids=["MiniStack's own", "empty", "no base64", "no text", "another scheme"],
)
def test_a_token_that_was_never_issued_is_refused(aws: LocalAws, authorization: str) -> None:
    with RegistryCaller(aws, authorization) as caller:
        assert caller.ask("GET", "").status == 401


def test_a_token_under_another_user_name_is_refused(aws: LocalAws) -> None:
    password = base64.b64decode(token_of(aws)).decode().removeprefix("AWS:")
    with RegistryCaller(aws, basic("aws", password)) as caller:
        assert caller.ask("GET", "").status == 401


def test_the_refusal_challenges_for_basic_credentials_of_the_host(aws: LocalAws) -> None:
    with RegistryCaller(aws, None, HOST) as caller:
        response = caller.ask("GET", "")
    assert response.headers["Www-Authenticate"] == f'Basic realm="https://{HOST}/",service="ecr.amazonaws.com"'


def test_the_refusal_has_the_error_document_of_the_distribution_specification(aws: LocalAws) -> None:
    with RegistryCaller(aws, None) as caller:
        assert error_of(caller.ask("GET", "")) == (401, "UNAUTHORIZED", "Not Authorized")


def test_a_fresh_token_is_accepted(registry: RegistryCaller) -> None:
    assert registry.ask("GET", "").status == 200


def test_every_call_gives_another_token(aws: LocalAws) -> None:
    assert token_of(aws) != token_of(aws)


def test_a_token_lasts_twelve_hours(aws: LocalAws) -> None:
    before = datetime.now(UTC)
    with client(aws, "ecr") as ecr:
        expires_at = ecr.get_authorization_token()["authorizationData"][0]["expiresAt"]
    assert timedelta(hours=12) - timedelta(seconds=1) < expires_at - before < timedelta(hours=12, minutes=1)


def test_the_proxy_endpoint_names_the_registry_of_the_caller(aws: LocalAws) -> None:
    with client(aws, "ecr", account="222222222222", region="eu-west-1") as ecr:
        data = ecr.get_authorization_token()["authorizationData"]
    assert [each["proxyEndpoint"] for each in data] == ["https://222222222222.dkr.ecr.eu-west-1.amazonaws.com"]


def test_each_of_the_registry_ids_gets_a_token_of_its_own(aws: LocalAws) -> None:
    with client(aws, "ecr") as ecr:
        data = ecr.get_authorization_token(registryIds=["222222222222", "333333333333"])["authorizationData"]
    assert [each["proxyEndpoint"][8:20] for each in data] == ["222222222222", "333333333333"]


def test_an_old_token_is_refused_in_plain_text() -> None:
    with running() as own, RegistryCaller.logged_in(own) as caller:
        advance_clock(own, timedelta(hours=12))
        response = caller.ask("GET", "")
    assert (response.status, response.headers["Content-Type"], response.data) == (
        403,
        "text/plain",
        b"Your authorization token has expired. Reauthenticate and try again.",
    )


def test_a_token_taken_after_the_old_one_died_is_accepted() -> None:
    with running() as own:
        advance_clock(own, timedelta(hours=13))
        with RegistryCaller.logged_in(own) as caller:
            assert caller.ask("GET", "").status == 200


def test_a_token_of_another_region_is_refused(aws: LocalAws) -> None:
    with RegistryCaller.logged_in(aws, HOST, token_of(aws, region="eu-west-1")) as caller:
        assert caller.ask("GET", "").status == 401


@pytest.mark.parametrize(
    "host",
    [HOST, f"{HOST}:443", "111111111111.dkr-ecr.us-east-1.on.aws", "111111111111.dkr.ecr-fips.us-east-1.amazonaws.com"],
)
def test_the_host_says_which_registry_is_meant(aws: LocalAws, host: str) -> None:
    name = f"hosts/{host.partition('.')[2].replace(':', '-')}"
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName=name)
    with RegistryCaller.logged_in(aws, host, token_of(aws, account="222222222222")) as caller:
        assert caller.ask("GET", f"{name}/tags/list").status == 200


def test_at_the_loopback_address_the_token_says_which_registry_is_meant(aws: LocalAws) -> None:
    with client(aws, "ecr", account="222222222222", region="eu-west-1") as ecr:
        ecr.create_repository(repositoryName="loopback/app")
    with RegistryCaller.logged_in(aws, token=token_of(aws, account="222222222222", region="eu-west-1")) as caller:
        assert caller.push_image("loopback/app", "v1").status == 201


def test_at_the_loopback_address_a_token_of_another_account_finds_nothing(aws: LocalAws) -> None:
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName="loopback/mine")
    with RegistryCaller.logged_in(aws, token=token_of(aws, account="222222222222")) as caller:
        assert error_of(caller.ask("GET", "loopback/mine/tags/list"))[:2] == (404, "NAME_UNKNOWN")

import pytest

from shared_ecr.local.instance import DEMO_ACCOUNT, DEMO_REGION, LocalAws, environment_under

AWS = LocalAws(1, "http://127.0.0.1:4566", DEMO_ACCOUNT, DEMO_REGION, "nonce")


@pytest.mark.parametrize(
    "name",
    ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_USE_FIPS_ENDPOINT"],
)
def test_what_leads_to_the_real_aws_is_removed(name: str) -> None:
    assert name not in environment_under(AWS, {name: "x"})


def test_a_configuration_file_cannot_turn_the_endpoint_off() -> None:
    environment = environment_under(AWS, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"})
    assert environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] == "false"


def test_the_rest_of_the_environment_stays() -> None:
    assert environment_under(AWS, {"HOME": "/home/me"})["HOME"] == "/home/me"


@pytest.mark.parametrize(
    ("base", "exempt"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy"}, "127.0.0.1"),
        ({"http_proxy": "http://proxy", "NO_PROXY": "intra.example"}, "intra.example,127.0.0.1"),
    ],
    ids=["no proxy", "a proxy", "a proxy with an exception"],
)
def test_a_proxy_is_passed_by(base: dict[str, str], exempt: str | None) -> None:
    assert environment_under(AWS, base).get("no_proxy") == exempt


def test_the_registry_endpoint_is_the_address_itself() -> None:
    assert AWS.environment()["SHARED_ECR_REGISTRY_ENDPOINT"] == AWS.url

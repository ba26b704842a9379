"""ECR Public from the API that gives its token to the blobs of an image, botocore's own HTTP included."""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from client.fake_registry import FakeRegistry
from client.faults import Reply
from client.images import image, write_layout
from client.registries.token_service import Served, TokenService, served
from client.registry_api import Asked
from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.credentials.interface import CredentialSource
from shared_ecr.client.registries import credentials_everywhere
from shared_ecr.findings.errors import RefusedError, UnavailableError

TOKEN = "canary-ecr-public-token"
ONE_SECOND_IN_2100 = 4102444801


@dataclass
class EcrPublicApi:
    """Answers GetAuthorizationToken, in the form of AWS's JSON protocol."""

    denied: bool = False
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        headers = (("Content-Type", "application/x-amz-json-1.1"),)
        if self.denied:
            fault = {"__type": "AccessDeniedException", "message": "User: ci is not authorized"}
            return Reply(400, headers, json.dumps(fault).encode())
        token = base64.b64encode(f"AWS:{TOKEN}".encode()).decode()
        data = {"authorizationData": {"authorizationToken": token, "expiresAt": ONE_SECOND_IN_2100}}
        return Reply(200, headers, json.dumps(data).encode())

    def swallow(self, asked: Asked) -> None:
        """Nothing is left of a request that broke off."""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[EcrPublicApi]:
    api = EcrPublicApi()
    with FakeRegistry() as server:
        server.api = api  # type: ignore[assignment]  # the server asks it for answers alone
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECR_PUBLIC", server.url)
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            monkeypatch.setenv(name, str(tmp_path / "absent"))
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        yield api


@pytest.fixture
def public() -> Iterator[Served]:
    with served("public.ecr.aws", TokenService(accounts={"AWS": TOKEN}, public={"alias/app"})) as public:
        public.hold(image(), "alias/app")
        yield public


@pytest.fixture
def logins(api: EcrPublicApi, tmp_path: Path) -> Iterator[CredentialSource]:
    with closing(AwsClients()) as clients:
        yield credentials_everywhere(clients, {"HOME": str(tmp_path)})


def without_aws_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")


def test_a_push_logs_in_with_a_token_from_us_east_1(
    public: Served, api: EcrPublicApi, logins: CredentialSource, tmp_path: Path
) -> None:
    result = public.push(write_layout(tmp_path / "l", image(seed=1)), "alias/new", logins)
    assert str(result.digest) == image(seed=1).root
    (asked,) = api.asked
    assert "/us-east-1/ecr-public/aws4_request" in asked.headers["authorization"]
    assert asked.headers["x-amz-target"].endswith(".GetAuthorizationToken")


def test_a_pull_works_without_aws_credentials(
    public: Served, logins: CredentialSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_aws_credentials(monkeypatch)
    assert str(public.pull("alias/app", tmp_path / "l", logins)) == image().root
    assert {user for user, _ in public.service.asked} == {None}


def test_a_push_without_aws_credentials_says_that_they_are_missing(
    public: Served, logins: CredentialSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_aws_credentials(monkeypatch)
    with pytest.raises(UnavailableError, match="no AWS credentials for ecr-public:GetAuthorizationToken in us-east-1"):
        public.push(write_layout(tmp_path / "l", image(seed=1)), "alias/app", logins)
    assert not public.registry.count("PUT")


def test_a_pull_works_for_who_may_have_no_token(
    public: Served, api: EcrPublicApi, logins: CredentialSource, tmp_path: Path
) -> None:
    api.denied = True
    assert str(public.pull("alias/app", tmp_path / "l", logins)) == image().root


def test_a_push_by_who_may_have_no_token_names_the_permission(
    public: Served, api: EcrPublicApi, logins: CredentialSource, tmp_path: Path
) -> None:
    api.denied = True
    with pytest.raises(RefusedError, match="ecr-public:GetAuthorizationToken"):
        public.push(write_layout(tmp_path / "l", image(seed=1)), "alias/app", logins)

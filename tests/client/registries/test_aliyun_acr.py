from collections.abc import Iterator
from pathlib import Path

import pytest

from client.images import image, write_layout
from client.pushing import CANARY, NoCredentials
from client.registries.token_service import Served, TokenService, served
from shared_ecr.client.credentials.given import GivenLogins
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.client.http.challenges import BearerChallenge
from shared_ecr.client.http.endpoints import Endpoint
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import RegistryHost

HOSTS = [
    "registry.cn-hangzhou.aliyuncs.com",
    "registry-vpc.cn-hangzhou.aliyuncs.com",
    "registry-internal.cn-hangzhou.aliyuncs.com",
    "acme-registry.cn-shanghai.cr.aliyuncs.com",
    "acme-registry-vpc.cn-shanghai.cr.aliyuncs.com",
    "crpi-0a1b2c3d.cn-beijing.personal.cr.aliyuncs.com",
]


@pytest.fixture(params=HOSTS)
def aliyun(request: pytest.FixtureRequest) -> Iterator[Served]:
    with served(request.param, TokenService(accounts={"ci@acme": CANARY}, gives_anonymous_tokens=False)) as aliyun:
        aliyun.hold(image(), "ns/app")
        yield aliyun


def logins(aliyun: Served, password: str = CANARY) -> GivenLogins:
    return GivenLogins({aliyun.host: Credentials("ci@acme", password)})


def test_an_image_goes_there_and_comes_back(aliyun: Served, tmp_path: Path) -> None:
    pushed = aliyun.push(write_layout(tmp_path / "l", image(seed=3)), "ns/new", logins(aliyun))
    assert aliyun.pull("ns/new", tmp_path / "back", logins(aliyun)) == pushed.digest


def test_a_temporary_password_that_is_over_is_shown_as_one_that_may_be(aliyun: Served) -> None:
    with pytest.raises(LoginRefusedError, match="a temporary password lasts one hour"):
        aliyun.look("ns/app", logins(aliyun, "over"))


def test_who_has_no_login_is_shown_what_one_is_there(aliyun: Served) -> None:
    with pytest.raises(UnavailableError, match="a temporary one, which lasts one hour"):
        aliyun.look("ns/app", NoCredentials())


@pytest.mark.parametrize(
    ("registry", "service", "may_see"),
    [
        ("registry.cn-hangzhou.aliyuncs.com", "dockerauth.cn-hangzhou.aliyuncs.com", True),
        ("crpi-0a1b2c3d.cn-guangzhou.personal.cr.aliyuncs.com", "dockerauth-cn-guangzhou.aliyuncs.com", True),
        ("acme-registry.cn-shanghai.cr.aliyuncs.com", "dockerauth.cn-hangzhou.aliyuncs.com", True),
        ("registry.cn-hangzhou.aliyuncs.com", "customer.cn-hangzhou.aliyuncs.com", False),
        ("registry.cn-hangzhou.aliyuncs.com", "auth.docker.io", False),
        ("registry.example.com", "dockerauth.cn-hangzhou.aliyuncs.com", False),
    ],
)
def test_its_token_service_beside_it_is_its_own(
    registry: str, service: str, may_see: bool  # noqa: FBT001 — a case
) -> None:  # fmt: skip
    endpoint = Endpoint(RegistryHost.parse(registry), f"https://{registry}")
    challenge = BearerChallenge(f"https://{service}/auth", "", (), is_insufficient=False)
    assert challenge.may_see_credentials(endpoint) is may_see

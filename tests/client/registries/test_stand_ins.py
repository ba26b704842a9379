import pytest

from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE, TOKEN_SERVICES_VARIABLE, endpoint_of
from shared_ecr.findings.errors import InvalidValueError, UsageError
from shared_ecr.model.names import RegistryHost

ECR = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
SEVERAL = f"http://127.0.0.1:1, docker.io=http://127.0.0.1:2,{ECR}=http://127.0.0.1:3,"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        (ECR, "http://127.0.0.1:3"),
        ("444455556666.dkr.ecr.us-east-1.amazonaws.com", "http://127.0.0.1:1"),
        ("docker.io", "http://127.0.0.1:2"),
        ("index.docker.io", "http://127.0.0.1:2"),
        ("ghcr.io", "https://ghcr.io"),
        ("public.ecr.aws", "https://public.ecr.aws"),
    ],
)
def test_each_registry_has_its_own_stand_in(host: str, url: str) -> None:
    assert endpoint_of(RegistryHost(host), {ENDPOINT_VARIABLE: SEVERAL}).url == url


@pytest.mark.parametrize(
    ("host", "url"),
    [("docker.io", "https://registry-1.docker.io"), ("index.docker.io", "https://registry-1.docker.io"),
     ("registry.cn-hangzhou.aliyuncs.com", "https://registry.cn-hangzhou.aliyuncs.com"),
     ("localhost:5000", "http://localhost:5000")],
)  # fmt: skip
def test_a_registry_is_asked_at_its_address(host: str, url: str) -> None:
    assert endpoint_of(RegistryHost(host), {}).url == url


@pytest.mark.parametrize(
    "value", ["docker.io=https://attacker.example", "docker.io=", "docker.io=http://10.0.0.1:5000"]
)
def test_no_stand_in_is_on_another_machine(value: str) -> None:
    with pytest.raises(UsageError, match="only an address of this machine"):
        endpoint_of(RegistryHost("docker.io"), {ENDPOINT_VARIABLE: value})


def test_a_stand_in_for_what_is_no_host_is_refused() -> None:
    with pytest.raises(
        UsageError, match=r"whose registry cannot be read: 'https://docker\.io' has a scheme.*host-scheme"
    ):
        endpoint_of(RegistryHost("docker.io"), {ENDPOINT_VARIABLE: "https://docker.io=http://127.0.0.1:1"})


def test_a_host_that_poses_as_ecr_has_no_address() -> None:
    with pytest.raises(InvalidValueError, match="looks like a host of ECR"):
        endpoint_of(RegistryHost("x.dkr.ecr.us-east-1.attacker.example"), {})


def test_a_token_service_is_named_for_one_registry() -> None:
    environ = {TOKEN_SERVICES_VARIABLE: "registry.example.com=git.example.com"}
    named = endpoint_of(RegistryHost("registry.example.com"), environ).token_services
    other = endpoint_of(RegistryHost("registry.example.org"), environ).token_services
    assert (named, other) == (frozenset({"git.example.com"}), frozenset())

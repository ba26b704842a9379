import pytest

from shared_ecr.errors import InvalidValueError
from shared_ecr.names import RegistryHost


@pytest.mark.parametrize(
    ("host", "region", "fips", "dual_stack"),
    [
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com", "us-east-1", False, False),
        ("111122223333.dkr.ecr-fips.us-east-1.amazonaws.com", "us-east-1", True, False),
        ("111122223333.dkr-ecr.eu-west-1.on.aws", "eu-west-1", False, True),
        ("111122223333.dkr-ecr-fips.us-gov-west-1.on.aws", "us-gov-west-1", True, True),
        ("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1", False, False),
        ("111122223333.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "cn-north-1", False, True),
        ("111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", False, False),
        ("111122223333.dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", False, False),
        ("111122223333.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1", False, False),
    ],
)
def test_a_registry_of_ecr_is_recognised(host: str, region: str, *, fips: bool, dual_stack: bool) -> None:
    registry = RegistryHost.parse(host).ecr
    assert registry
    assert (registry.region.name, registry.fips, registry.dual_stack) == (region, fips, dual_stack)
    assert str(registry.host) == host


@pytest.mark.parametrize(
    "host",
    [
        "111122223333.dkr.ecr.us-east-1.amazonaws.com.attacker.example",
        "x.dkr.ecr.us-east-1.attacker.example",
        "attacker.example.111122223333.dkr.ecr.us-east-1.amazonaws.com",
        "111122223333.dkr.ecr.us-east-1.amazonaws.com:443",
        "11112222333.dkr.ecr.us-east-1.amazonaws.com",
        "111122223333.dkr.ecr.us-east-1.amazonaws.com.cn",
        "111122223333.dkr.ecr.cn-north-1.amazonaws.com",
        "111122223333.dkr.ecr.eu-wast-1.amazonaws.com",
        "111122223333.dkr.ecr-fips.eu-west-1.amazonaws.com",
        "111122223333.dkrxecr.us-east-1.amazonaws.com",
        "public.ecr.aws",
        "docker.io",
    ],
)
def test_a_host_that_only_looks_like_ecr_is_none(host: str) -> None:
    assert RegistryHost.parse(host).ecr is None


@pytest.mark.parametrize(
    "text", ["https://docker.io", "docker.io/library", "user@docker.io", "", "a b", "-x", "docker.io\n"]
)
def test_only_a_host_and_its_port_are_a_registry_host(text: str) -> None:
    with pytest.raises(InvalidValueError):
        RegistryHost.parse(text)


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("localhost:5000", True),
        ("127.0.0.1:4566", True),
        ("127.1.2.3", True),
        ("[::1]:5000", True),
        ("127.0.0.1.attacker.example", False),
        ("10.0.0.1:5000", False),
        ("localhost.attacker.example", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, *, is_loopback: bool) -> None:
    assert RegistryHost.parse(host).is_loopback == is_loopback

import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import RegistryHost


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
    "text",
    ["https://docker.io", "docker.io/library", "user@docker.io", "", "a b", "-x", "docker.io\n", "a..b", "a.-b", "a_b",
     "docker.io:", "docker.io:0", "docker.io:65536", "docker.io:x", "[::1", "[127.0.0.1]", "[:::]", "::1", "127.1",
     "1.2.3.999", "2130706433", "0x7f.1", f"{'a' * 64}.io", ".".join(["a" * 60] * 5), "döcker.io"],
)  # fmt: skip
def test_only_a_host_and_its_port_are_a_registry_host(text: str) -> None:
    with pytest.raises(InvalidValueError):
        RegistryHost.parse(text)


@pytest.mark.parametrize(
    "text",
    ["docker.io", "registry:5000", "localhost", "10.0.0.1", "[2001:db8::1]:5000", "[::ffff:10.0.0.1]",
     "a-b.example:65535", "xn--dcker-jua.io", "1.example", "1a"],
)  # fmt: skip
def test_a_host_says_what_was_parsed(text: str) -> None:
    assert str(RegistryHost.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "fix"),
    [("https://ghcr.io", "Write 'ghcr.io'"), ("Docker.IO", "Write 'docker.io'")],
    ids=["scheme", "capitals"],
)
def test_a_host_that_is_nearly_right_is_refused_with_what_to_write(text: str, fix: str) -> None:
    with pytest.raises(InvalidValueError, match=fix):
        RegistryHost.parse(text)


@pytest.mark.parametrize(
    ("host", "canonical"),
    [
        ("index.docker.io", "docker.io"),
        ("registry-1.docker.io:443", "docker.io"),
        ("docker.io:8443", "docker.io:8443"),
        ("hub.docker.io", "hub.docker.io"),
        ("ghcr.io:443", "ghcr.io"),
        ("ghcr.io:4443", "ghcr.io:4443"),
        ("localhost:443", "localhost:443"),
    ],
)
def test_a_registry_with_several_names_has_one_that_counts(host: str, canonical: str) -> None:
    assert str(RegistryHost.parse(host).canonical) == canonical


@pytest.mark.parametrize(
    ("host", "is_public"),
    [
        ("public.ecr.aws", True),
        ("ecr-public.aws.com", True),
        ("public.ecr.aws.attacker.example", False),
        ("xpublic.ecr.aws", False),
        ("public.ecr.aws:443", False),
    ],
)
def test_ecr_public_has_two_hosts(host: str, *, is_public: bool) -> None:
    assert RegistryHost.parse(host).is_ecr_public == is_public


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
        ("localhost", True),
        ("[::2]:5000", False),
        ("[::ffff:127.0.0.1]", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, *, is_loopback: bool) -> None:
    assert RegistryHost.parse(host).is_loopback == is_loopback

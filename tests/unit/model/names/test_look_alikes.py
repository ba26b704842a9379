import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import RegistryHost
from shared_ecr.model.names.look_alikes import looks_like_ecr, refuse_look_alike


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("111122223333.dkr.ecr.us-east-1.attacker.example", r"us-east-1 end in 'amazonaws\.com'"),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com.attacker.example", r"us-east-1 end in 'amazonaws\.com'"),
        ("attacker.example.111122223333.dkr.ecr.us-east-1.amazonaws.com", r"ACCOUNT\.dkr\.ecr\.REGION"),
        ("x.dkr.ecr.us-east-1.attacker.example", r"ACCOUNT\.dkr\.ecr\.REGION"),
        ("111122223333.dkrxecr.us-east-1.amazonaws.com", r"ACCOUNT\.dkr\.ecr\.REGION"),
        ("111122223333.ecr.dkr.us-east-1.amazonaws.com", r"ACCOUNT\.dkr\.ecr\.REGION"),
        ("111122223333.ecr.us-east-1.amazonaws.com", r"ACCOUNT\.dkr\.ecr\.REGION"),
        ("ecr.us-east-1.amazonaws.com", r"ACCOUNT\.dkr\.ecr\.REGION"),
        ("11112222333.dkr.ecr.us-east-1.amazonaws.com", "has 11 digits"),
        ("111122223333.dkr.ecr.eu-wast-1.amazonaws.com", "Did you mean 'eu-west-1'"),
        ("111122223333.dkr.ecr.us-east-1a.amazonaws.com", "availability zone"),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com:8443", r"Write '.*\.us-east-1\.amazonaws\.com'"),
        ("111122223333.dkr.ecr.cn-north-1.amazonaws.com", r"'111122223333\.dkr\.ecr\.cn-north-1\.amazonaws\.com\.cn'"),
        ("111122223333.dkr-ecr.eu-west-1.amazonaws.com", r"'111122223333\.dkr-ecr\.eu-west-1\.on\.aws'"),
        ("111122223333.dkr-ecr.eusc-de-east-1.on.aws", "no dual-stack hosts"),
        ("111122223333.dkr.ecr-fips.eu-west-1.amazonaws.com", "FIPS hosts only in us-east-1"),
        ("public.ecr.aws.attacker.example", r"Write 'public\.ecr\.aws'"),
        ("public-ecr.aws", r"Write 'public\.ecr\.aws'"),
        ("public.ecr.aws:80", r"Write 'public\.ecr\.aws'"),
        ("ecr-public.attacker.example", "public.ecr.aws"),
    ],
)  # fmt: skip
def test_a_host_that_only_looks_like_ecr_is_refused_with_what_may_be_meant(host: str, said: str) -> None:
    with pytest.raises(InvalidValueError, match=said) as caught:
        refuse_look_alike(RegistryHost.parse(host))
    assert caught.value.code == "ecr-host"


@pytest.mark.parametrize(
    "host",
    ["111122223333.dkr.ecr.us-east-1.amazonaws.com", "111122223333.dkr-ecr-fips.us-east-2.on.aws", "public.ecr.aws",
     "ecr-public.aws.com", "docker.io", "ghcr.io", "ecr-mirror.example.com", "my-ecr.example.com:5000",
     "localhost:5000", "public.example.com", "registry.cn-hangzhou.aliyuncs.com",
     "load-balancer.us-east-1.elb.amazonaws.com"],
)  # fmt: skip
def test_ecr_itself_and_hosts_that_do_not_resemble_it_are_let_through(host: str) -> None:
    assert not looks_like_ecr(RegistryHost.parse(host))

"""What every registry backend promises; a new one is held to it by being listed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.client.registries import BACKENDS, Mounting, RegistryBackend, backend_of
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import RegistryHost
from shared_ecr.model.names.look_alikes import looks_like_ecr

HOSTS = {
    "111122223333.dkr.ecr.us-east-1.amazonaws.com": "Amazon ECR",
    "111122223333.dkr.ecr-fips.us-east-1.amazonaws.com": "Amazon ECR",
    "111122223333.dkr-ecr.eu-west-1.on.aws": "Amazon ECR",
    "111122223333.dkr-ecr-fips.us-gov-west-1.on.aws": "Amazon ECR",
    "111122223333.dkr.ecr.us-gov-east-1.amazonaws.com": "Amazon ECR",
    "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn": "Amazon ECR",
    "111122223333.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn": "Amazon ECR",
    "111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu": "Amazon ECR",
    "111122223333.dkr.ecr.us-iso-east-1.c2s.ic.gov": "Amazon ECR",
    "111122223333.dkr.ecr.us-isob-east-1.sc2s.sgov.gov": "Amazon ECR",
    "111122223333.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk": "Amazon ECR",
    "111122223333.dkr.ecr.us-isof-south-1.csp.hci.ic.gov": "Amazon ECR",
    "public.ecr.aws": "Amazon ECR Public",
    "ecr-public.aws.com": "Amazon ECR Public",
    "docker.io": "Docker Hub",
    "index.docker.io": "Docker Hub",
    "registry-1.docker.io": "Docker Hub",
    "docker.io:443": "Docker Hub",
    "registry.cn-hangzhou.aliyuncs.com": "Aliyun Container Registry",
    "registry-vpc.cn-hangzhou.aliyuncs.com": "Aliyun Container Registry",
    "registry-internal.cn-hangzhou.aliyuncs.com": "Aliyun Container Registry",
    "registry-intl.ap-southeast-1.aliyuncs.com": "Aliyun Container Registry",
    "registry-intl-vpc.eu-central-1.aliyuncs.com": "Aliyun Container Registry",
    "registry.cn-shanghai-finance-1.aliyuncs.com": "Aliyun Container Registry",
    "crpi-0a1b2c3d.cn-beijing.personal.cr.aliyuncs.com": "Aliyun Container Registry",
    "crpi-0a1b2c3d-vpc.cn-beijing.personal.cr.aliyuncs.com": "Aliyun Container Registry",
    "acme-registry.cn-shanghai.cr.aliyuncs.com": "Aliyun Container Registry",
    "acme-registry-vpc.cn-shanghai.cr.aliyuncs.com": "Aliyun Container Registry",
    "acme-two-registry.cn-shanghai.cr.aliyuncs.com:443": "Aliyun Container Registry",
    "registry.cn-hangzhou.aliyuncs.com.attacker.example": "OCI registry",
    "registry.attacker.example.aliyuncs.com": "OCI registry",
    "docker.io.attacker.example": "OCI registry",
    "hub.docker.io": "OCI registry",
    "docker.io:8443": "OCI registry",
    "ghcr.io": "OCI registry",
    "quay.io": "OCI registry",
    "localhost:5000": "OCI registry",
    "127.0.0.1:4566": "OCI registry",
    "[::1]:5000": "OCI registry",
    "registry": "OCI registry",
}
EVERY_BACKEND = pytest.mark.parametrize("backend", BACKENDS, ids=[backend.name for backend in BACKENDS])


@pytest.mark.parametrize(("host", "name"), HOSTS.items(), ids=list(HOSTS))
def test_each_form_of_a_host_is_served_by_exactly_one_backend(host: str, name: str) -> None:
    assert [backend.name for backend in BACKENDS if backend.serves(RegistryHost.parse(host))] == [name]


@given(
    st.from_regex(r"[a-z0-9-]{1,8}(?:\.(?:ecr|dkr|docker|cr|aliyuncs|[a-z]{2,5})){0,4}(?::[0-9]{1,4})?", fullmatch=True)
)
def test_every_host_is_served_by_one_backend_but_those_that_pose_as_ecr(text: str) -> None:
    try:
        host = RegistryHost.parse(text)
    except InvalidValueError:
        return
    assert len([backend for backend in BACKENDS if backend.serves(host)]) == (not looks_like_ecr(host))


def test_a_host_that_only_looks_like_ecr_has_no_backend() -> None:
    with pytest.raises(InvalidValueError, match="looks like a host of ECR") as caught:
        backend_of(RegistryHost("111122223333.dkr.ecr.us-east-1.attacker.example"))
    assert caught.value.code == "ecr-host"


@EVERY_BACKEND
def test_a_backend_serves_a_host_that_the_contract_names(backend: RegistryBackend) -> None:
    assert backend.name in HOSTS.values()


@EVERY_BACKEND
def test_advice_is_the_end_of_a_sentence(backend: RegistryBackend) -> None:
    for advice in (backend.login_advice, backend.refusal_advice, backend.push_advice):
        assert advice
        assert not advice.endswith(".")


@EVERY_BACKEND
def test_only_ecr_asks_aws_for_its_logins(backend: RegistryBackend) -> None:
    assert (backend.aws_logins is not None) == backend.is_ecr


@EVERY_BACKEND
def test_the_address_of_a_registry_is_served_by_the_registry_itself(backend: RegistryBackend) -> None:
    assert backend.address is None or backend.serves(backend.address)


@EVERY_BACKEND
@pytest.mark.parametrize("service", ["attacker.example", "auth.docker.io.attacker.example", "evil-auth.docker.io", ""])
def test_a_strangers_token_service_is_no_ones(backend: RegistryBackend, service: str) -> None:
    assert backend.token_services is None or not backend.token_services.fullmatch(service)


@pytest.mark.parametrize("host", HOSTS)
def test_every_backend_reads_the_name_of_a_repository(host: str) -> None:
    assert str(backend_of(RegistryHost(host)).repository(RegistryHost(host), "team/app")) == "team/app"


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("text", ["Team/app", "team//app", "", "../app", "team/app:1", "team/app\n"])
def test_no_backend_reads_what_is_no_name(host: str, text: str) -> None:
    with pytest.raises(InvalidValueError):
        backend_of(RegistryHost(host)).repository(RegistryHost(host), text)


@pytest.mark.parametrize(
    ("host", "mounting", "may_be_asked"),
    [
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com", Mounting.BY_ACCOUNT_SETTING, True),
        ("public.ecr.aws", Mounting.NEVER, False),
        ("docker.io", Mounting.ALWAYS, True),
        ("registry.cn-hangzhou.aliyuncs.com", Mounting.ALWAYS, True),
        ("ghcr.io", Mounting.ALWAYS, True),
    ],
)
def test_a_blob_is_asked_for_across_repositories_where_that_can_help(
    host: str, mounting: Mounting, may_be_asked: bool  # noqa: FBT001 — a case
) -> None:  # fmt: skip
    backend = backend_of(RegistryHost(host))
    assert (backend.mounting, backend.mounting.may_be_asked) == (mounting, may_be_asked)


@pytest.mark.parametrize(("text", "name"), [("nginx", "library/nginx"), ("alice/app", "alice/app")])
def test_docker_hubs_official_images_may_be_named_without_their_owner(text: str, name: str) -> None:
    hub = RegistryHost("docker.io")
    assert str(backend_of(hub).repository(hub, text)) == name


def test_ecr_public_wants_the_alias_of_the_owner() -> None:
    public = RegistryHost("public.ecr.aws")
    with pytest.raises(InvalidValueError, match=r"Write 'public\.ecr\.aws/ALIAS/nginx'"):
        backend_of(public).repository(public, "nginx")


@pytest.mark.parametrize(
    ("service", "is_aliyuns"),
    [
        ("dockerauth.cn-hangzhou.aliyuncs.com", True),
        ("dockerauth-cn-guangzhou.aliyuncs.com", True),
        ("dockerauth-ee.cn-shanghai.aliyuncs.com", True),
        ("dockerauth-vpc.cn-hangzhou.aliyuncs.com", True),
        ("dockerauth-ee-vpc.cn-hangzhou.aliyuncs.com", True),
        ("dockerauth.cn-hangzhou.oss.aliyuncs.com", False),
        ("evil.cn-hangzhou.aliyuncs.com", False),
        ("dockerauth.cn-hangzhou.aliyuncs.com.attacker.example", False),
        ("xdockerauth.cn-hangzhou.aliyuncs.com", False),
    ],
)
def test_aliyuns_token_services_are_known_by_their_whole_name(
    service: str, is_aliyuns: bool  # noqa: FBT001 — a case
) -> None:  # fmt: skip
    services = backend_of(RegistryHost("registry.cn-hangzhou.aliyuncs.com")).token_services
    assert services is not None
    assert (services.fullmatch(service) is not None) == is_aliyuns


def test_aliyuns_advice_shows_how_long_a_temporary_password_lasts() -> None:
    backend = backend_of(RegistryHost("registry.cn-hangzhou.aliyuncs.com"))
    assert "one hour" in backend.login_advice
    assert "one hour" in backend.refusal_advice

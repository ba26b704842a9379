"""Registries that nothing particular is known of, and the logins that docker keeps for them."""

import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from client import certificates
from client.engines.real_registry import missing_program, running_registry
from client.fake_registry import FakeRegistry
from client.images import image, write_layout
from client.pushing import CANARY, Heard, push_source
from client.registries.token_service import TokenService, served
from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.credentials.interface import Credentials, CredentialSource
from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
from shared_ecr.client.http.environment import HttpEnvironment
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.client.registries import credentials_everywhere
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import RegistryHost, Tag

NAMED = RegistryHost("registry.example.com")


def logins_of_docker(folder: Path, host: RegistryHost, password: str = CANARY) -> CredentialSource:
    """Log in as `docker login` does, in a home folder of its own."""
    auth = Credentials("alice", password).basic().removeprefix("Basic ")
    (folder / ".docker").mkdir()
    (folder / ".docker" / "config.json").write_text(json.dumps({"auths": {host.text: {"auth": auth}}}))
    return credentials_everywhere(AwsClients(), {"HOME": str(folder)})


def push(source: Path, host: RegistryHost, logins: CredentialSource, environ: dict[str, str]) -> PushResult:
    request = PushRequest(str(source), host, "team/app", (Tag.parse("1.0"),))
    return push_source(NativePusher(HttpEnvironment(environ)), request, logins, Heard())


@pytest.mark.real
@pytest.mark.skipif(missing_program() is not None, reason=f"{missing_program()} is not installed")
def test_a_real_registry_with_htpasswd_takes_a_login_that_docker_keeps(tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    with running_registry(tmp_path / "registry", Credentials("alice", CANARY)) as real:
        pushed = push(write_layout(tmp_path / "l", image()), real.host, logins_of_docker(tmp_path, real.host), {})
        assert real.digest_of(real.host, "team/app", Tag("1.0")) == pushed.digest


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if certificates.MISSING:
        pytest.skip(certificates.MISSING)
    return certificates.self_signed(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
def secure(certificate: Path) -> Iterator[FakeRegistry]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with FakeRegistry(tls=context) as registry:
        registry.manners.passwords = {CANARY}
        yield registry


def stand_in(registry: FakeRegistry) -> dict[str, str]:
    return {ENDPOINT_VARIABLE: f"{NAMED}=https://localhost:{registry.port}"}


def test_basic_over_tls_shows_the_password_to_who_proves_who_they_are(
    secure: FakeRegistry, certificate: Path, tmp_path: Path
) -> None:
    environ = {**stand_in(secure), "SSL_CERT_FILE": str(certificate)}
    push(write_layout(tmp_path / "l", image()), NAMED, logins_of_docker(tmp_path, NAMED), environ)
    assert secure.contents.repositories["team/app"].tags["1.0"] == image().root


def test_no_one_else_is_shown_anything(secure: FakeRegistry, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="has a certificate that is not trusted"):
        push(write_layout(tmp_path / "l", image()), NAMED, logins_of_docker(tmp_path, NAMED), stand_in(secure))
    assert secure.seen == []


def test_the_challenge_says_that_a_token_is_wanted(tmp_path: Path) -> None:
    with served(NAMED.text, TokenService(accounts={"alice": CANARY})) as registry:
        logins = logins_of_docker(tmp_path, NAMED)
        registry.push(write_layout(tmp_path / "l", image()), "team/app", logins)
        assert (registry.shown_to(registry.tokens), registry.shown_to(registry.registry)) == ({"Basic"}, {"Bearer"})

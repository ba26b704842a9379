import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from client import certificates
from client.fake_registry import FakeRegistry
from shared_ecr.cli.error_text import error_text
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.transport import Transport
from shared_ecr.findings.errors import UnavailableError

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificates.self_signed(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
def registry(certificate: Path) -> Iterator[FakeRegistry]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with FakeRegistry(tls=context) as registry:
        yield registry


@pytest.fixture
def transport(request: pytest.FixtureRequest, certificate: Path) -> Iterator[Transport]:
    trusted = {name: str(certificate) for name in getattr(request, "param", ())}
    transport = Transport(trusted, connections=1)
    yield transport
    transport.close()


def status(transport: Transport, registry: FakeRegistry, name: str = "localhost") -> int:
    with transport.send("GET", f"https://{name}:{registry.port}/v2/", {}) as answer:
        return answer.status


@pytest.mark.parametrize("transport", [["SSL_CERT_FILE"], ["REQUESTS_CA_BUNDLE"], ["AWS_CA_BUNDLE"]], indirect=True)
def test_a_certificate_that_the_environment_trusts_is_trusted(transport: Transport, registry: FakeRegistry) -> None:
    assert status(transport, registry) == 200


def test_a_certificate_that_no_one_trusts_is_refused_at_once(transport: Transport, registry: FakeRegistry) -> None:
    with pytest.raises(UnavailableError, match="has a certificate that is not trusted"):
        status(transport, registry)
    assert registry.seen == []


@pytest.mark.parametrize("transport", [["SSL_CERT_FILE"]], indirect=True)
def test_a_certificate_of_another_name_is_refused(transport: Transport, registry: FakeRegistry) -> None:
    with pytest.raises(UnavailableError, match="has a certificate that is not trusted"):
        status(transport, registry, "127.0.0.1")


def folder_for(home: Path, registry: FakeRegistry, name: str = "localhost") -> Path:
    folder = home / ".config/containers/certs.d" / f"{name}:{registry.port}"
    folder.mkdir(parents=True)
    return folder


def test_the_authority_in_the_folder_of_a_host_is_trusted_for_that_host(
    registry: FakeRegistry, certificate: Path, tmp_path: Path
) -> None:
    shutil.copy(certificate, folder_for(tmp_path, registry) / "ca.crt")
    transport = Transport({"HOME": str(tmp_path), "AWS_CA_BUNDLE": "/for/aws/alone.pem"}, connections=1)
    assert status(transport, registry) == 200
    transport.close()


def test_the_authority_of_one_host_is_not_trusted_for_another(
    registry: FakeRegistry, certificate: Path, tmp_path: Path
) -> None:
    shutil.copy(certificate, folder_for(tmp_path, registry, "other.example") / "ca.crt")
    with pytest.raises(UnavailableError, match=rf"certs\.d/localhost:{registry.port}/ca\.crt"):
        status(Transport({"HOME": str(tmp_path)}, connections=1), registry)


def test_a_host_that_asks_for_a_certificate_gets_the_one_in_its_folder(certificate: Path, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificate)
    with FakeRegistry(tls=context) as registry:
        folder = folder_for(tmp_path, registry)
        shutil.copy(certificate, folder / "ca.crt")
        shutil.copy(certificate, folder / "client.cert")
        shutil.copy(certificate.with_name("key.pem"), folder / "client.key")
        transport = Transport({"HOME": str(tmp_path)}, connections=1)
        assert status(transport, registry) == 200
        transport.close()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("ca.crt", "cannot be used as a certificate"), ("client.cert", "has no key; put client.key beside it")],
)
def test_a_file_that_cannot_be_used_is_named(registry: FakeRegistry, tmp_path: Path, name: str, reason: str) -> None:
    path = folder_for(tmp_path, registry) / name
    path.write_text("nonsense")
    with pytest.raises(UnavailableError, match=f"{path} {reason}"):
        status(Transport({"HOME": str(tmp_path)}, connections=1), registry)


def test_certificates_that_are_not_there_are_named() -> None:
    with pytest.raises(UnavailableError, match=r"absent\.pem"):
        Transport({"SSL_CERT_FILE": "/absent.pem"}, connections=1).send("GET", "https://localhost:1/", {})


def test_a_host_that_no_one_answers_at_is_reported_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:\d+ cannot be reached: Connection refused"):
        Transport({}, connections=1).send("GET", f"http://127.0.0.1:{port}/v2/", {})


def test_a_proxy_that_no_one_answers_at_is_named() -> None:
    environ = {"HTTPS_PROXY": "http://user:secret@127.0.0.1:1"}
    with pytest.raises(UnavailableError, match="HTTPS_PROXY") as caught:
        Transport(environ, connections=1).send("GET", "https://registry.example/v2/", {})
    assert "secret" not in str(caught.value)


def test_the_login_of_a_proxy_goes_to_the_proxy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        environ = {"HTTPS_PROXY": f"http://user:secret@127.0.0.1:{proxy.getsockname()[1]}"}
        transport = Transport(environ, connections=1)
        proxy.settimeout(10)
        import threading  # noqa: PLC0415 — only here

        asked: list[bytes] = []

        def answer() -> None:
            connection, _ = proxy.accept()
            with connection:
                asked.append(connection.recv(4096))
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises((UnavailableError, TransientError)):
            transport.send("GET", "https://registry.example/v2/", {})
        thread.join()
        transport.close()
    assert asked[0].startswith(b"CONNECT registry.example:443")
    assert b"Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=" in asked[0].replace(b"proxy-auth", b"Proxy-Auth")


@pytest.mark.parametrize("end", ["\n", "\r\nX: y", "\0", "\u20ac"], ids=ascii)
def test_a_login_that_cannot_be_sent_is_named_and_not_shown(end: str) -> None:
    with pytest.raises(UnavailableError, match=r"the header Authorization for .* has a line end") as caught:
        Transport({}, connections=1).send("GET", "http://127.0.0.1:1/", {"Authorization": f"Bearer canary{end}"})
    assert "canary" not in error_text(caught.value, verbose=True)

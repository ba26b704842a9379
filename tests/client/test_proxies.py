"""Proxies: those that let a request through, in TLS or not, and what the others say."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from client import certificates
from client.fake_registry import FakeRegistry
from shared_ecr.client.http.transport import Transport
from shared_ecr.findings.errors import UnavailableError

SECRET = "proxy-secret-5b1c"


@pytest.fixture(params=["407 Proxy Authentication Required", "403 Forbidden"])
def proxy(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """The address of a proxy, and what it answers to everyone."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(f"HTTP/1.1 {request.param}\r\nContent-Length: 0\r\n\r\n".encode())

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://ci:{SECRET}@127.0.0.1:{listener.getsockname()[1]}", request.param
    listener.close()


def failure(address: str) -> str:
    with pytest.raises(UnavailableError) as caught:
        Transport({"HTTPS_PROXY": address}, connections=1).send("GET", "https://ghcr.io/v2/", {})
    return str(caught.value)


def test_the_answer_of_a_proxy_is_shown_and_its_password_is_not(proxy: tuple[str, str]) -> None:
    address, answer = proxy
    text = failure(address)
    assert f"the proxy to ghcr.io (HTTPS_PROXY) cannot be used: Tunnel connection failed: {answer}" in text
    assert ("it does not accept the login in HTTPS_PROXY" in text) is answer.startswith("407")
    assert SECRET not in text


def test_a_proxy_that_was_shown_no_login_wants_one(proxy: tuple[str, str]) -> None:
    address, answer = proxy
    text = failure(address.replace(f"ci:{SECRET}@", ""))
    assert ("it wants a login: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT" in text) is answer.startswith("407")


@pytest.mark.parametrize(
    "proxy", [f"407 {SECRET} is wrong", "407 Y2k6cHJveHktc2VjcmV0LTViMWM= is wrong"], indirect=True
)
def test_a_password_that_the_proxy_repeats_is_not_shown(proxy: tuple[str, str]) -> None:
    text = failure(proxy[0])
    assert "Tunnel connection failed: 407 … is wrong" in text
    assert SECRET not in text


def test_a_proxy_that_ends_the_connection_is_named_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def end() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)

        threading.Thread(target=end, daemon=True).start()
        text = failure(f"http://127.0.0.1:{listener.getsockname()[1]}")
    assert text == "the proxy to ghcr.io (HTTPS_PROXY) cannot be used: the connection broke off"


@pytest.mark.parametrize("address", ["http://[::1", "socks5://127.0.0.1:1080", "ftp://proxy.example", "http://"])
def test_what_is_not_the_address_of_a_proxy_is_named_by_its_variable(address: str) -> None:
    with pytest.raises(UnavailableError, match=r"the proxy in HTTPS_PROXY is not the address of an HTTP proxy"):
        Transport({"HTTPS_PROXY": address}, connections=1).send("GET", "https://ghcr.io/v2/", {})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of a registry and of the proxy before it."""
    if certificates.MISSING:
        pytest.skip(certificates.MISSING)
    return certificates.self_signed(tmp_path_factory.mktemp("tls"), "registry.example", "localhost")


def relay(source: socket.socket, target: socket.socket) -> None:
    try:
        while content := source.recv(65536):
            target.sendall(content)
    except OSError:
        pass
    target.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_registry_is_reached_by_a_proxy_and_proves_its_own_name(scheme: str, certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, certificate.with_name("key.pem"))
    asked: list[bytes] = []
    with FakeRegistry(tls=tls) as registry, socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            inner, _ = listener.accept()
            if scheme == "https":
                inner = tls.wrap_socket(inner, server_side=True)
            asked.append(inner.recv(65536))
            inner.sendall(b"HTTP/1.1 200 Connection Established\r\n\r\n")
            outer = socket.create_connection(("127.0.0.1", registry.port))
            threading.Thread(target=relay, args=(outer, inner), daemon=True).start()
            relay(inner, outer)

        threading.Thread(target=serve, daemon=True).start()
        address = f"{scheme}://ci:p%40ss@localhost:{listener.getsockname()[1]}"
        environ = {"HTTPS_PROXY": address, "SSL_CERT_FILE": str(certificate)}
        with closing(Transport(environ, connections=1)) as transport:
            for _ in range(2):
                with transport.send("GET", "https://registry.example/v2/", {}) as answer:
                    assert answer.status == 200
                    _ = answer.body
    lines = asked[0].split(b"\r\n")
    assert lines[0] == b"CONNECT registry.example:443 HTTP/1.1"
    # Y2k6cEBzcw== is ci:p@ss, as the address of a proxy is percent-encoded.
    assert {b"Host: registry.example:443", b"Proxy-Authorization: Basic Y2k6cEBzcw=="} <= set(lines)

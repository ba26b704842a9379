"""What a proxy says that does not let a request through."""

import socket
import threading
from collections.abc import Iterator

import pytest

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


def test_the_answer_of_a_proxy_is_shown_and_its_password_is_not(proxy: tuple[str, str]) -> None:
    address, answer = proxy
    with pytest.raises(UnavailableError) as caught:
        Transport({"HTTPS_PROXY": address}, connections=1).send("GET", "https://ghcr.io/v2/", {})
    text = str(caught.value)
    assert f"the proxy to ghcr.io (HTTPS_PROXY) cannot be used: Tunnel connection failed: {answer}" in text
    assert ("it wants a login: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT" in text) is answer.startswith("407")
    assert SECRET not in text


@pytest.mark.parametrize("address", ["http://[::1", "socks5://127.0.0.1:1080", "ftp://proxy.example", "http://"])
def test_what_is_not_the_address_of_a_proxy_is_named_by_its_variable(address: str) -> None:
    with pytest.raises(UnavailableError, match=r"the proxy in HTTPS_PROXY .* is not the address of an HTTP proxy"):
        Transport({"HTTPS_PROXY": address}, connections=1).send("GET", "https://ghcr.io/v2/", {})

"""What comes while a request is still being sent, and what comes that no request asked for."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path

import pytest

from client.certificates import MISSING, self_signed
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.time_limits import TimeLimits
from shared_ecr.client.http.transport import Transport
from shared_ecr.findings.errors import UnavailableError

# A client that does not listen while it sends fails by these.
LIMITS = TimeLimits(connect=5.0, silence=5.0, look=5.0, head=10.0, small_answer=5.0)
PART, PARTS = 64 * 1024, 256
REFUSED = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}"
STORED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
OVER_TLS = pytest.param("https", marks=pytest.mark.skipif(MISSING is not None, reason=str(MISSING)))

Serve = Callable[[socket.socket], None]
Serving = Callable[[Serve], str]


@pytest.fixture(params=["http", OVER_TLS])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def certificate(scheme: str, tmp_path: Path) -> Path:
    return self_signed(tmp_path, "localhost") if scheme == "https" else tmp_path


@pytest.fixture
def transport(certificate: Path) -> Iterator[Transport]:
    with closing(Transport({"SSL_CERT_FILE": str(certificate)}, connections=2, limits=LIMITS)) as made:
        yield made


@pytest.fixture
def serving(scheme: str, certificate: Path) -> Iterator[Serving]:
    """Return what gives each connection to a function, and the address to connect to."""

    def one(serve: Serve, connection: socket.socket) -> None:
        with suppress(OSError):
            if scheme == "https":
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate, certificate.with_name("key.pem"))
                connection = context.wrap_socket(connection, server_side=True)
            with connection:
                serve(connection)

    def accept(serve: Serve, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=partial(one, serve, connection), daemon=True).start()

    with ExitStack() as listeners:

        def served(serve: Serve) -> str:
            listener = listeners.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=partial(accept, serve, listener), daemon=True).start()
            return f"{scheme}://localhost:{listener.getsockname()[1]}/v2/"

        yield served


@pytest.fixture
def is_over() -> Iterator[threading.Event]:
    """Return what a server waits for that keeps a connection open and reads nothing more."""
    ended = threading.Event()
    yield ended
    ended.set()


def head_of(connection: socket.socket) -> bytes:
    """Read a request up to its body; return what came of the body."""
    came = b""
    while b"\r\n\r\n" not in came:
        part = connection.recv(4096)
        if not part:
            raise ConnectionResetError
        came += part
    return came.partition(b"\r\n\r\n")[2]


def upload(transport: Transport, url: str) -> int:
    headers = {"Content-Length": str(PART * PARTS)}
    with transport.send("PUT", url, headers, (b"x" * PART for _ in range(PARTS))) as answer:
        return answer.status


def test_a_refusal_is_read_though_the_server_takes_no_more_and_keeps_the_connection(
    transport: Transport, serving: Serving, is_over: threading.Event
) -> None:
    def refuse(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(REFUSED)
        is_over.wait(30)

    assert upload(transport, serving(refuse)) == 413


def test_a_refusal_is_read_where_the_server_ends_its_side_of_the_connection(
    transport: Transport, serving: Serving, is_over: threading.Event
) -> None:
    def refuse(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(REFUSED)
        connection.shutdown(socket.SHUT_WR)
        is_over.wait(30)

    assert upload(transport, serving(refuse)) == 413


def test_the_rest_is_not_sent_to_a_server_that_has_refused_and_still_reads(
    transport: Transport, serving: Serving
) -> None:
    taken: list[int] = []

    def refuse(connection: socket.socket) -> None:
        count = len(head_of(connection))
        connection.sendall(REFUSED)
        # As servers do whose answer is to be read.
        # https://nginx.org/en/docs/http/ngx_http_core_module.html#lingering_close
        while part := connection.recv(PART):
            count += len(part)
            threading.Event().wait(0.002)
        taken.append(count)

    assert upload(transport, serving(refuse)) == 413
    transport.close()
    for _ in range(100):
        if taken:
            break
        threading.Event().wait(0.05)
    assert taken[0] < PART * PARTS


def test_a_body_that_is_taken_in_pieces_arrives_whole(transport: Transport, serving: Serving) -> None:
    content, is_same = b"".join(number.to_bytes(4, "big") for number in range(4_000_000)), list[bool]()

    def take(connection: socket.socket) -> None:
        came = bytearray(head_of(connection))
        while len(came) < len(content):
            came += connection.recv(1024 * 1024)
        is_same.append(bytes(came) == content)
        connection.sendall(STORED)

    with transport.send("PUT", serving(take), {}, content) as answer:
        assert answer.status == 201
    assert is_same == [True]


@pytest.mark.parametrize("ending", ["closed", "open"])
def test_a_success_before_all_was_sent_is_not_believed(
    ending: str, transport: Transport, serving: Serving, is_over: threading.Event
) -> None:
    def lie(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(STORED)
        if ending == "open":
            is_over.wait(30)

    with pytest.raises(TransientError, match="broke off"):
        upload(transport, serving(lie))


def test_a_server_that_ends_without_an_answer_is_not_sent_the_rest(
    transport: Transport, serving: Serving, is_over: threading.Event
) -> None:
    def end(connection: socket.socket) -> None:
        head_of(connection)
        connection.shutdown(socket.SHUT_WR)
        is_over.wait(30)

    with pytest.raises(TransientError, match="broke off"):
        upload(transport, serving(end))


@pytest.mark.parametrize("interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\nLink: <x>\r\n\r\n"])
@pytest.mark.parametrize("cut", [5, 12, 20, 99])
def test_an_interim_answer_does_not_end_an_upload(
    interim: bytes, cut: int, transport: Transport, serving: Serving
) -> None:
    taken: list[int] = []

    def take(connection: socket.socket) -> None:
        count = len(head_of(connection))
        connection.sendall(interim[:cut])
        while count < PART * PARTS:
            count += len(connection.recv(1024 * 1024))
        taken.append(count)
        connection.sendall(interim[cut:] + STORED)

    assert upload(transport, serving(take)) == 201
    assert taken == [PART * PARTS]


def test_a_server_that_is_slow_to_take_the_body_gets_all_of_it(transport: Transport, serving: Serving) -> None:
    is_same: list[bool] = []

    def take(connection: socket.socket) -> None:
        content = bytearray(head_of(connection))
        # Longer than the step in which the sender listens, so that it continues where it was.
        for _ in range(2):
            threading.Event().wait(0.7)
            content += connection.recv(1024 * 1024)
        while len(content) < PART * PARTS:
            content += connection.recv(1024 * 1024)
        is_same.append(bytes(content) == b"".join(numbered()))
        connection.sendall(STORED)

    def numbered() -> Iterator[bytes]:
        return (number.to_bytes(4, "big") * (PART // 4) for number in range(PARTS))

    headers = {"Content-Length": str(PART * PARTS)}
    with transport.send("PUT", serving(take), headers, numbered()) as answer:
        assert answer.status == 201
    assert is_same == [True]


def test_an_answer_that_nothing_asked_for_is_never_that_to_the_next_request(
    transport: Transport, serving: Serving
) -> None:
    def answer_twice(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
        # The body is read by its length, in a step of its own; over TLS both are in one record.
        threading.Event().wait(0.1)
        connection.sendall(b"oneHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad")
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo")

    url = serving(answer_twice)
    assert transport.send("GET", url, {}).body == b"one"
    # The second connection gets the first answer, too.
    assert transport.send("GET", url, {}).body == b"one"


def test_a_connection_is_used_again(transport: Transport, serving: Serving) -> None:
    connections: list[socket.socket] = []

    def answer(connection: socket.socket) -> None:
        connections.append(connection)
        while True:
            head_of(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    url = serving(answer)
    assert [transport.send("GET", url, {}).body for _ in range(3)] == [b"{}"] * 3
    assert len(connections) == 1


def test_a_trailer_without_end_is_given_up(transport: Transport, serving: Serving) -> None:
    def go_on(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")
        for _ in range(200):
            connection.sendall(b"X-More: and more\r\n" * 1000)

    with (
        transport.send("GET", serving(go_on), {}) as answer,
        pytest.raises(UnavailableError, match="that are not of the body"),
    ):
        # As a layer is read, which has no time limit.
        for _ in answer.chunks():
            pass

"""Connections: what is sent, what is taken for an answer, and which are used again."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import pytest

from shared_ecr.client.http.connection import connect_plainly
from shared_ecr.client.http.connection_pool import IDLE_SECONDS, ConnectionPool
from shared_ecr.client.http.origins import HttpOrigin
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.time_limits import TimeLimits
from shared_ecr.client.http.transport import Transport
from shared_ecr.findings.errors import UnavailableError

LIMITS = TimeLimits(connect=2.0, silence=2.0, head=2.0, small_answer=2.0)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Server:
    """A server that answers each request with the next of *answers*, the last one for ever."""

    answers: list[bytes]
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0
    closes: bool = False
    """Whether it ends each connection behind its answer, and does not announce it."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v2/"


@contextmanager
def serving(*answers: bytes, closes: bool = False) -> Iterator[Server]:
    server = Server(list(answers), closes=closes)
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while request := connection.recv(65536):
                server.asked.append(request)
                answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
                connection.sendall(answer)
                if server.closes:
                    return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        listener.close()


@pytest.fixture
def transport() -> Iterator[Transport]:
    with closing(Transport({}, connections=2, limits=LIMITS)) as made:
        yield made


def read(transport: Transport, url: str, method: str = "GET") -> tuple[int, bytes]:
    answer = transport.send(method, url, {})
    return answer.status, answer.body


BODIES = {
    "of a length": (OK, b"{}"),
    "without bytes": (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b""),
    "in chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"{}"),
    "in chunks with a trailer": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n", b"{}",
    ),
    "that may not be there": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "in lines that end in LF alone": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", b"{}"),
    "without a reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
    "in chunks whose sizes have spaces behind them": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2  \r\n{}\r\n0\r\n\r\n", b"{}",
    ),
    "of an older server that keeps the connection": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}", b"{}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BODIES)
def test_an_answer_is_read_and_its_connection_is_used_again(kind: str, transport: Transport) -> None:
    sent, body = BODIES[kind]
    with serving(sent) as server:
        assert [read(transport, server.url)[1] for _ in range(3)] == [body] * 3
        assert server.connections == 1


NOT_KEPT = {
    "it says so": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
    "it says so among others": b"HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\n{}",
    "it is old": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "more came than was asked for": OK + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{]",
    "something came that is no answer": OK + b"\x00\x01",
}


@pytest.mark.parametrize("kind", NOT_KEPT)
def test_a_connection_is_not_used_again_where_the_next_answer_could_be_another_one(
    kind: str, transport: Transport
) -> None:
    with serving(NOT_KEPT[kind]) as server:
        assert [read(transport, server.url) for _ in range(2)] == [(200, b"{}")] * 2
        assert server.connections == 2


@pytest.mark.parametrize("system", ["with poll", "without poll"])
def test_a_connection_that_the_server_ended_meanwhile_is_replaced(
    system: str, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    if system == "without poll":
        # As on Windows.
        monkeypatch.delattr(select, "poll")
    with serving(OK, closes=True) as server:
        for _ in range(3):
            assert read(transport, server.url) == (200, b"{}")
            # The end of the connection has to arrive first.
            threading.Event().wait(0.05)
        assert server.connections == 3


def test_a_connection_that_was_idle_for_long_is_not_used_again() -> None:
    """What is between may have dropped it in silence, and the next request would wait in vain."""
    now = [0.0]
    with serving(OK) as server:
        origin = HttpOrigin(server.url)
        pool = ConnectionPool(origin, partial(connect_plainly, origin, "here", LIMITS), 2, lambda: now[0])
        for seconds in (0.0, IDLE_SECONDS - 1, IDLE_SECONDS + 1):
            now[0] += seconds
            assert b"".join(pool.ask("GET", "/", {}, None).answer.body(9)) == b"{}"
        pool.close()
        assert server.connections == 2


def test_the_connections_of_a_server_that_fails_are_not_tried_one_after_another(transport: Transport) -> None:
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000
    with serving(large, large, b"", OK) as server:
        # Two are open at once, and idle then.
        assert [len(answer.body) for answer in [transport.send("GET", server.url, {}) for _ in range(2)]] == [
            300_000
        ] * 2
        assert server.connections == 2
        with pytest.raises(TransientError):
            read(transport, server.url)
        assert read(transport, server.url) == (200, b"{}")
        assert server.connections == 3


def test_spaces_behind_a_value_are_not_a_part_of_it(transport: Transport) -> None:
    with serving(b"HTTP/1.1 200 OK\r\nLocation: /v2/uploads/1 \t\r\nContent-Length: 0\r\n\r\n") as server:
        assert transport.send("GET", server.url, {}).header("Location") == "/v2/uploads/1"


def test_the_version_of_an_answer_is_that_of_its_own_head(transport: Transport) -> None:
    with (
        serving(b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n" + OK) as server,
        pytest.raises(UnavailableError, match=r"it speaks 'HTTP/2\.0'"),
    ):
        read(transport, server.url)


def test_a_body_without_a_length_ends_with_the_connection(transport: Transport) -> None:
    with serving(b"HTTP/1.1 200 OK\r\n\r\nabc", closes=True) as server:
        assert read(transport, server.url) == (200, b"abc")


@pytest.mark.parametrize("length", [b"Content-Length: 1000", b"Transfer-Encoding: chunked"])
def test_the_answer_to_a_head_has_no_body(length: bytes, transport: Transport) -> None:
    with serving(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n\r\n") as server:
        assert [read(transport, server.url, "HEAD") for _ in range(2)] == [(200, b"")] * 2
        assert server.connections == 1


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"",
    ],
)
def test_an_answer_that_breaks_off_may_be_asked_for_again(sent: bytes, transport: Transport) -> None:
    with serving(sent, closes=True) as server, pytest.raises(TransientError, match="broke off"):
        read(transport, server.url)


REFUSED = {
    "a chunk of no size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
    "a length beside chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length twice": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a header without a colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
    "a header continued in the next line": b"HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_can_be_read_in_two_ways_is_refused(kind: str, transport: Transport) -> None:
    with serving(REFUSED[kind]) as server, pytest.raises(UnavailableError, match="does not answer as HTTP demands"):
        read(transport, server.url)


def test_a_refusal_that_comes_while_a_layer_is_sent_is_read(transport: Transport) -> None:
    refused = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}"
    with serving(refused, closes=True) as server:
        headers = {"Content-Length": str(64 * 1024 * 1024)}
        with transport.send("PUT", server.url, headers, (b"x" * 65536 for _ in range(1024))) as answer:
            assert answer.status == 413


def test_a_fault_of_the_body_comes_out_as_it_is_and_its_connection_is_closed(transport: Transport) -> None:
    # Nothing of the body is sent before: this server answers after the head, and the sender would hear that.
    body = (bytes(1 // number) for number in (0,))

    with serving(OK) as server:
        with pytest.raises(ZeroDivisionError):
            transport.send("PUT", server.url, {"Content-Length": "9"}, body)
        assert read(transport, server.url) == (200, b"{}")
        assert server.connections == 2


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("{}a b", b"GET /v2/a%20b HTTP/1.1"),
        ("{}?n=1&last=a%2Fb", b"GET /v2/?n=1&last=a%2Fb HTTP/1.1"),
        ("{}é#part", b"GET /v2/%C3%A9 HTTP/1.1"),
        ('{}"<>', b"GET /v2/%22%3C%3E HTTP/1.1"),
        ("{}x HTTP/1.1\r\nX: y", b"GET /v2/x%20HTTP/1.1X:%20y HTTP/1.1"),
    ],
)
def test_an_address_is_sent_so_that_it_is_one_line(url: str, line: bytes, transport: Transport) -> None:
    with serving(OK) as server:
        read(transport, url.format(server.url))
        assert server.asked[0].split(b"\r\n")[0] == line


def test_a_request_names_its_host_asks_for_the_bytes_as_they_are_and_says_how_long_it_is(transport: Transport) -> None:
    with serving(OK) as server:
        _ = transport.send("POST", server.url, {"X-Own": "é"}).body
        lines = server.asked[0].split(b"\r\n")
    assert set(lines[1:]) >= {
        b"Host: 127.0.0.1:%d" % server.port,
        b"User-Agent: shared-ecr",
        b"Accept-Encoding: identity",
        b"X-Own: \xe9",
        b"Content-Length: 0",
    }


@pytest.mark.parametrize(
    "url", ["http://exämple.com/v2/", "http://127.0.0.1:99999/", "http:///v2/", "ftp://127.0.0.1/", "http://[::1/"]
)
def test_what_is_no_address_is_not_asked(url: str, transport: Transport) -> None:
    with pytest.raises(UnavailableError, match="is not an address that can be asked"):
        transport.send("GET", url, {})


def test_eight_threads_share_the_connections(transport: Transport) -> None:
    seen: list[tuple[int, bytes]] = []
    with serving(OK) as server:

        def ask() -> None:
            seen.extend(read(transport, server.url) for _ in range(20))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == [(200, b"{}")] * 160
        assert server.connections < 160

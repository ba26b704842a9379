"""A hostile registry cannot hold the client."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from client.fake_registry import FakeRegistry
from client.faults import Hold
from client.images import OCI_LAYER, digest_of, image, with_root, write_layout
from client.pushing import ECR_HOST, Bench
from client.test_pulls import hold
from shared_ecr.client.distribution.pages import pages
from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.http.environment import connected
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.time_limits import TimeLimits
from shared_ecr.client.http.transport import Transport
from shared_ecr.findings.errors import UnavailableError

Script = Callable[[socket.socket], None]
# Long enough for a busy machine, and short against what a server without a deadline would take.
LIMITS = TimeLimits(silence=2.0, head=0.5, small_answer=0.5)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n"


@contextmanager
def server(script: Script) -> Iterator[str]:
    """A server that reads each request and then does as *script* says, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.recv(65536)
                script(connection)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v2/"
    finally:
        listener.close()


def drip(first: bytes, then: bytes = b"x") -> Script:
    """Send *first*, then *then* every hundredth of a second."""

    def script(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(3000):
            time.sleep(0.01)
            connection.sendall(then)

    return script


def flood(part: bytes, first: bytes = b"") -> Script:
    """Send *first*, then *part* as fast as it is taken."""

    def script(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(part * 100)

    return script


SCRIPTS = {
    "100 Continue without end": (flood(b"HTTP/1.1 100 Continue\r\n\r\n"), "head of its answer has over 262144 bytes"),
    "103 Early Hints without end": (flood(b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n"), "head of its answer has over"),
    "100 Continue now and then": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "too slow"),
    "headers without end": (flood(b"X: y\r\n", b"HTTP/1.1 200 OK\r\n"), "got more than 100 headers"),
    "a head byte by byte": (drip(b"HTTP/1.1 200 OK\r\nX: "), "too slow"),
    "a body byte by byte": (drip(HEAD), "too slow"),
}  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_answer_that_does_not_end_is_given_up(name: str) -> None:
    script, said = SCRIPTS[name]
    begin = time.monotonic()
    with server(script) as url:
        transport = Transport({}, connections=1, limits=LIMITS)
        with pytest.raises((UnavailableError, TransientError), match=said):
            _ = transport.send("GET", url, {}).body
        transport.close()
    assert time.monotonic() - begin < 10


NOT_HTTP = {
    "the banner of another service": (b"SSH-2.0-OpenSSH_9.2\r\n", "it begins with 'SSH-2.0-OpenSSH_9.2'"),
    "nothing but text": (b"hello\n", "it begins with 'hello'"),
    "bytes of TLS": (b"\x15\x03\x01\x00\x02\x02\x28\r\n", "it begins with '"),
    "a later version": (b"HTTP/2.0 200 OK\r\n\r\n", "it speaks 'HTTP/2.0'"),
    "a status that is not a number": (b"HTTP/1.1 fine\r\n\r\n", "it begins with 'HTTP/1.1 fine'"),
    "too many headers": (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "got more than 100 headers"),
    "a negative length": (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}", "its Content-Length is '-1'"),
    "a length in words": (b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}", "its Content-Length is 'many'"),
    "two lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "its Content-Length is|multiple unmatching values",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_HTTP)
def test_what_is_no_http_is_named_and_not_asked_for_again(name: str) -> None:
    sent, said = NOT_HTTP[name]
    with server(lambda connection: connection.sendall(sent)) as url:
        transport = Transport({}, connections=1, limits=LIMITS)
        with pytest.raises(UnavailableError, match=f"does not answer as HTTP demands: .*({said})"):
            transport.send("GET", url, {})
        transport.close()


@pytest.mark.parametrize("status", [b"103 Early Hints", b"102 Processing", b"199 Odd"])
def test_interim_answers_are_skipped(status: bytes) -> None:
    interim = b"HTTP/1.1 " + status + b"\r\nLink: </style.css>\r\n\r\n"
    answer = interim * 3 + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with server(lambda connection: connection.sendall(answer)) as url:
        answered = Transport({}, connections=1, limits=LIMITS).send("GET", url, {})
        assert (answered.status, answered.body) == (200, b"{}")


@pytest.mark.parametrize("body", [b"", b"{"], ids=["no byte", "a byte"])
def test_a_small_answer_that_stops_is_given_up_in_its_own_time_and_not_asked_for_again(body: bytes) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + body)
        time.sleep(8)

    begin = time.monotonic()
    with server(script) as url:
        answer = Transport({}, connections=1, limits=TimeLimits(silence=6.0, small_answer=0.5)).send("GET", url, {})
        with pytest.raises(UnavailableError, match="its answer is too slow"):
            _ = answer.body
    assert time.monotonic() - begin < 5


def test_a_slow_answer_is_not_asked_for_again() -> None:
    with server(drip(b"HTTP/1.1 200 OK\r\nX: ")) as url:
        transport = Transport({}, connections=1, limits=LIMITS)
        with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:\d+: its answer is too slow"):
            transport.send("GET", url, {})


def test_a_manifest_has_less_time_than_a_layer() -> None:
    # Fast enough for a layer: 64 KiB in far less than two seconds, and never at its end.
    with server(drip(HEAD, b"x" * 20_000)) as url:
        answer = Transport({}, connections=1, limits=TimeLimits(silence=2.0, small_answer=0.3)).send("GET", url, {})
        with pytest.raises(UnavailableError, match=r"too slow(ly)?: \d+ bytes came in"):
            _ = answer.body


def test_a_server_that_says_nothing_at_all_may_be_asked_again() -> None:
    with server(lambda _: time.sleep(5)) as url:
        transport = Transport({}, connections=1, limits=TimeLimits(head=0.3))
        with pytest.raises(TransientError, match="did not answer in time"):
            transport.send("GET", url, {})


def test_a_read_waits_for_its_answer_less_long_than_an_upload_whose_layer_is_hashed() -> None:
    with server(lambda _: time.sleep(1.2)) as url:
        transport = Transport({}, connections=1, limits=TimeLimits(look=0.1, silence=0.6))
        began = time.monotonic()
        with pytest.raises(TransientError, match="did not answer in time"):
            transport.send("HEAD", url, {})
        assert time.monotonic() - began < 0.5
        with pytest.raises(TransientError, match="did not answer in time"):
            transport.send("PUT", url, {}, b"layer")
        assert time.monotonic() - began > 0.6


def test_a_layer_that_comes_byte_by_byte_is_given_up() -> None:
    with server(drip(HEAD)) as url:
        transport = Transport({}, connections=1, limits=TimeLimits(silence=0.5))
        answer = transport.send("GET", url, {})
        with pytest.raises(UnavailableError, match="too slow"):
            list(answer.chunks())


def test_a_layer_that_stops_on_its_way_is_asked_for_again() -> None:
    """The way to the registry is broken: the rest comes over another connection."""
    is_over = threading.Event()

    def stop(connection: socket.socket) -> None:
        connection.sendall(HEAD)
        time.sleep(0.1)
        connection.sendall(b"x" * 1000)
        is_over.wait(10)

    with server(stop) as url:
        transport = Transport({}, connections=1, limits=TimeLimits(silence=0.5))
        with pytest.raises(TransientError, match="did not answer in time"):
            list(transport.send("GET", url, {}).chunks())
        is_over.set()
        transport.close()


def test_a_slow_layer_that_comes_fast_enough_is_taken() -> None:
    size = 2_000_000

    def script(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(20):
            time.sleep(0.05)
            connection.sendall(b"x" * (size // 20))

    with server(script) as url:
        transport = Transport({}, connections=1, limits=TimeLimits(silence=0.5))
        assert sum(map(len, transport.send("GET", url, {}).chunks())) == size


def test_a_registry_that_never_answers_is_given_up_after_three_tries(tmp_path: Path) -> None:
    with FakeRegistry() as registry:
        bench, go = Bench(registry, limits=TimeLimits(silence=0.2)), threading.Event()
        registry.fail("POST", "/uploads/", Hold(threading.Event(), go), times=99)
        with pytest.raises(UnavailableError, match="did not answer in time; gave up after 3 tries"):
            bench.push(write_layout(tmp_path / "l", image()))
        go.set()


def test_a_list_whose_pages_take_too_long_together_is_given_up() -> None:
    with FakeRegistry() as registry:
        bench = Bench(registry)
        for tag in ("1", "2", "3"):
            hold(bench, image(), tag)
        with connected(registry.host, bench.credentials, bench.environment(), threading.Event()) as exchange:
            listed = pages(RemoteRepository(exchange, "team/app"), "tags/list?n=1", "the list of tags")
            next(listed)
            bench.pauses.now += 299
            next(listed)
            bench.pauses.now += 2
            with pytest.raises(UnavailableError, match="the list of tags comes too slowly: 2 pages came in 300 s"):
                next(listed)


def write_large_layer(folder: Path, size: int) -> Path:
    """A layout whose only layer has *size* zero bytes, which take no room on the disk."""
    built = image([b"layer"])
    document = built.manifest
    document["layers"] = [{"mediaType": OCI_LAYER, "digest": digest_of(b"layer"), "size": size}]
    write_layout(folder, with_root(built, document))
    with (folder / "blobs" / "sha256" / digest_of(b"layer")[7:]).open("r+b") as file:
        file.truncate(size)
    return folder


def test_a_layer_that_ecr_would_refuse_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    limit = 52_000 * 1024 * 1024
    with FakeRegistry() as registry:
        bench = Bench(registry)
        with pytest.raises(
            PushRefusedError, match=rf"has {limit + 1} bytes, and {ECR_HOST} takes layers of {limit} at"
        ):
            bench.push(write_large_layer(tmp_path / "l", limit + 1), as_ecr=True)
        assert registry.seen == []


def test_the_largest_layer_that_ecr_takes_is_planned(tmp_path: Path) -> None:
    limit = 52_000 * 1024 * 1024
    with FakeRegistry() as registry:
        plan = Bench(registry).plan(write_large_layer(tmp_path / "l", limit), as_ecr=True)
    assert plan.to_move[0].blob.size == limit


def test_a_registry_without_a_known_limit_is_asked(tmp_path: Path) -> None:
    with FakeRegistry() as registry:
        plan = Bench(registry).plan(write_large_layer(tmp_path / "l", 60 * 1024**3))
    assert plan.to_move[0].blob.size == 60 * 1024**3

"""Answers of HTTP: however they are cut into parts on the way, they say the same; nonsense is refused."""

import string

from hypothesis import given
from hypothesis import strategies as st

from client.answers import GivenSocket
from shared_ecr.client.http.response_parser import InvalidHttpError, ParsedResponse
from shared_ecr.client.http.time_limits import TIME_LIMITS
from shared_ecr.client.http.timed_reader import SlowAnswerError, TimedReader

NAMES = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=12).map("X-{}".format)
VALUES = st.text(string.ascii_letters + string.digits + " ;=/\"'", max_size=20).map(str.strip)
INTERIM = st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"])


class CutSocket(GivenSocket):
    """A socket that gives what it has in parts of these sizes, over and over."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        super().__init__(content)
        self._sizes, self._turn = sizes, 0

    def recv(self, size: int, /) -> bytes:
        self._turn += 1
        return super().recv(min(size, self._sizes[self._turn % len(self._sizes)]))


def parsed(content: bytes, sizes: list[int], *, to_head: bool = False) -> tuple[ParsedResponse, bytes]:
    answer = ParsedResponse(TimedReader(CutSocket(content, sizes), TIME_LIMITS), to_head=to_head)
    return answer, b"".join(answer.body(1000))


def in_chunks(body: bytes, sizes: list[int]) -> bytes:
    parts, turn = [], 0
    while body:
        size = sizes[turn % len(sizes)]
        parts.append(b"%x\r\n%b\r\n" % (len(body[:size]), body[:size]))
        body, turn = body[size:], turn + 1
    return b"".join([*parts, b"0\r\n\r\n"])


SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=5)


@given(st.data(), SIZES, SIZES, st.binary(max_size=3000))
def test_an_answer_says_the_same_however_it_is_cut(
    data: st.DataObject, cuts: list[int], chunks: list[int], body: bytes
) -> None:
    interim, status = data.draw(INTERIM), data.draw(st.integers(200, 599))
    headers = data.draw(st.lists(st.tuples(NAMES, VALUES), max_size=6))
    is_chunked = data.draw(st.booleans())
    body = b"" if status in {204, 304} else body
    framing = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % len(body)
    head = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers)
    sent = in_chunks(body, chunks) if is_chunked and status not in {204, 304} else body
    answer, found = parsed(interim + b"HTTP/1.1 %d Said\r\n" % status + head + framing + b"\r\n\r\n" + sent, cuts)
    assert (answer.status, found, answer.may_be_followed) == (status, body, True)
    assert answer.headers[:-1] == [(name.lower(), value) for name, value in headers]


@given(st.binary(max_size=400), SIZES, st.sampled_from(["GET", "HEAD"]))
def test_nonsense_is_refused_and_nothing_else_is_raised(content: bytes, cuts: list[int], method: str) -> None:
    for begin in (b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        try:
            answer, _ = parsed(begin + content, cuts, to_head=method == "HEAD")
        except (InvalidHttpError, ConnectionError, SlowAnswerError):
            continue
        assert 200 <= answer.status <= 599 or answer.status == 101


@given(st.binary(min_size=1, max_size=300), st.integers(1, 400), SIZES)
def test_a_body_that_ends_too_early_is_never_taken_for_whole(body: bytes, missing: int, cuts: list[int]) -> None:
    content = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) + missing) + body
    try:
        _, found = parsed(content, cuts)
    except ConnectionError:
        return
    raise AssertionError(f"{len(found)} bytes were taken for {len(body) + missing}")

"""A layer on its way down, from a registry that breaks off at chosen places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, cast

import pytest

from client.images import digest_of
from client.pushing import Pauses
from shared_ecr.client.distribution.downloads import LEAST_PROGRESS, Download
from shared_ecr.client.http.retries import RetryState, TransientError
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import Digest, RegistryHost

if TYPE_CHECKING:
    from shared_ecr.client.distribution.repository import RemoteRepository

CONTENT = b"0123456789"
HOST = RegistryHost("registry.example")


@dataclass
class Answered:
    """An answer that breaks off after its body."""

    status: int
    body: bytes
    content_range: str = ""
    breaks: bool = False
    closed: bool = False

    def header(self, name: str) -> str | None:
        return self.content_range if name == "Content-Range" else None

    def chunks(self) -> Iterator[bytes]:
        for i in range(0, len(self.body), 3):
            yield self.body[i : i + 3]
        if self.breaks:
            raise TransientError("the connection broke off")

    def drop(self) -> None:
        self.closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()


@dataclass
class Scripted:
    """What answers one after the other, and writes down from where it was asked."""

    answers: list[Answered]
    ranges: list[str | None] = field(default_factory=list)
    pauses: Pauses = field(default_factory=Pauses)
    registry: str = HOST.text
    sends_login: bool = False

    def open(self, method: str, url: str, headers: Mapping[str, str], *, step: str) -> Answered:
        self.ranges.append(headers.get("Range"))
        return self.answers[len(self.ranges) - 1]

    def redacted(self, text: str) -> str:
        return text


@dataclass
class Remote:
    exchange: Scripted
    name: str = "team/app"
    url: str = "https://registry.example/v2/team/app"

    def step(self, what: str) -> str:
        return f"{what} in {self.name}"

    def attempts(self, step: str) -> RetryState:
        return RetryState(self.exchange.pauses.patience(), HOST, f"{step} in {self.name}")


def read(*answers: Answered, size: int = 4) -> tuple[bytes, list[str | None]]:
    """Read the layer to its end; return it, and from where it was asked for each time."""
    script = Scripted(list(answers))
    download = Download(cast("RemoteRepository", Remote(script)), Digest.parse(digest_of(CONTENT)))
    found = b""
    while part := download.read(size):
        assert len(part) <= size
        found += part
    download.close()
    return found, script.ranges


def part(begin: int) -> Answered:
    return Answered(206, CONTENT[begin:], f"bytes {begin}-9/10")


@pytest.mark.parametrize("size", [1, 3, 4, 100])
def test_the_bytes_come_in_order_whatever_the_size_of_a_read(size: int) -> None:
    assert read(Answered(200, CONTENT), size=size) == (CONTENT, [None])


def test_it_goes_on_where_it_broke_off() -> None:
    assert read(Answered(200, CONTENT[:6], breaks=True), part(6)) == (CONTENT, [None, "bytes=6-"])


def broken_parts(size: int, count: int) -> list[Answered]:
    """Answers that break off, with *size* more bytes each."""
    first = Answered(200, b"x" * size, breaks=True)
    return [first, *(Answered(206, b"x" * size, f"bytes {i * size}-", breaks=True) for i in range(1, count))]


def test_it_goes_on_as_often_as_many_bytes_came_between() -> None:
    last = Answered(206, b"", f"bytes {10 * LEAST_PROGRESS}-")
    found, ranges = read(*broken_parts(LEAST_PROGRESS, 10), last, size=LEAST_PROGRESS)
    assert (len(found), len(ranges)) == (10 * LEAST_PROGRESS, 11)


def test_a_registry_that_breaks_off_after_each_byte_is_given_up() -> None:
    with pytest.raises(UnavailableError, match="gave up after 5 tries"):
        read(*broken_parts(1, 10))


def test_what_was_taken_is_read_over_where_the_registry_knows_no_parts() -> None:
    assert read(Answered(200, CONTENT[:4], breaks=True), Answered(200, CONTENT)) == (CONTENT, [None, "bytes=4-"])


@pytest.mark.parametrize("wrong", [part(7), Answered(416, b"")], ids=["part", "416"])
def test_a_registry_that_sends_another_part_is_asked_for_all_of_it(wrong: Answered) -> None:
    asked = [None, "bytes=6-", None]
    assert read(Answered(200, CONTENT[:6], breaks=True), wrong, Answered(200, CONTENT)) == (CONTENT, asked)


def test_a_part_that_no_one_asked_for_is_refused() -> None:
    with pytest.raises(RefusedError, match="206"):
        read(part(1))


def test_it_gives_up_where_no_byte_comes_any_more() -> None:
    with pytest.raises(
        UnavailableError,
        match=r"failed to read sha256:\w+ in team/app: the connection broke off; gave up after 5 tries",
    ):
        read(*[Answered(200, b"", breaks=True)] * 5)


def test_every_answer_is_let_go_of() -> None:
    answers = [Answered(200, CONTENT[:6], breaks=True), part(7), Answered(200, CONTENT)]
    read(*answers)
    assert all(answer.closed for answer in answers)

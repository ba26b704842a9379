"""A login that ends in the middle of an upload: the upload begins again in a new session, with the new login."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client.fake_registry import FakeRegistry
from client.faults import EXPIRED, Reply
from client.images import image, noise, write_layout
from client.pushing import CANARY, Bench, KnownCredentials
from shared_ecr.client.errors import LoginRefusedError

LAYER = noise(2_000_000)
CHALLENGED = Reply(401, (("WWW-Authenticate", 'Basic realm="fake"'),))


@pytest.fixture
def bench() -> Iterator[Bench]:
    with FakeRegistry() as registry:
        registry.manners.passwords = {"first", "second", CANARY}
        bench = Bench(registry, credentials=KnownCredentials(("first", "second", CANARY)))
        yield bench


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "l", image([LAYER]))


def sessions(bench: Bench) -> list[str]:
    """The upload sessions that bytes were sent to, in their order."""
    return [
        seen.path.partition("?")[0] for seen in bench.registry.seen if seen.line.startswith("PUT /v2/team/app/blobs/")
    ]


@pytest.mark.parametrize("refusal", [EXPIRED, CHALLENGED], ids=["expired", "401"])
def test_an_upload_that_is_refused_for_its_login_begins_again_in_a_new_session(
    bench: Bench, layout: Path, refusal: Reply
) -> None:
    bench.registry.fail("PUT", "/blobs/uploads/", refusal)
    assert str(bench.push(layout, as_ecr=True, threads=1).digest) == image([LAYER]).root
    used = sessions(bench)
    assert len(used) == len(set(used)) == 3


def test_an_upload_that_begins_again_has_the_new_login(bench: Bench, layout: Path) -> None:
    bench.registry.fail("PUT", "/blobs/uploads/", EXPIRED)
    bench.push(layout, as_ecr=True, threads=1)
    first, again = [
        seen.headers["authorization"] for seen in bench.registry.seen if seen.line.startswith("PUT /v2/team/app/blobs/")
    ][:2]
    assert first != again


def test_a_refused_upload_is_sent_once_more_and_not_without_end(bench: Bench, layout: Path) -> None:
    bench.registry.fail("PUT", "/blobs/uploads/", EXPIRED, times=99)
    with pytest.raises(LoginRefusedError, match="does not accept the credentials"):
        bench.push(layout, as_ecr=True, threads=1)
    assert len(sessions(bench)) == 2


def test_nothing_of_the_refused_upload_is_sent_to_its_old_session(bench: Bench, layout: Path) -> None:
    bench.registry.fail("PUT", "/blobs/uploads/", EXPIRED)
    bench.push(layout, as_ecr=True, threads=1)
    assert bench.registry.contents.repositories["team/app"].blobs.keys() >= image([LAYER]).files.keys() - {
        image([LAYER]).root
    }

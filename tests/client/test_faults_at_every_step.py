"""A push of two platforms with their signature, each fault at each of its steps: done as if nothing had been."""

from pathlib import Path

import pytest

from client.faults import EXPIRED, THROTTLED, Action, Fault, LoseAnswer, Reply, Reset
from client.images import about, digest_of, image, index, noise, write_layout
from client.killing import missing_below
from client.pushing import Bench, KnownCredentials
from shared_ecr.client.http.environment import THREADS
from shared_ecr.findings.errors import SharedEcrError, UnavailableError

LAYERS = [noise(2_500_000, 1), b"shared", b"of one", b"more", b"than", b"eight"]
CHILDREN = [image(LAYERS, seed=1), image([b"shared", b"of two"], seed=2)]
BUILT = index(*CHILDREN)
SIGNATURE = about(BUILT)
TAGS = ("1.0", "latest")
# Every kind of request of such a push, in its order: the method, the path, and how many of those come before.
STEPS = {
    "look at a tag": ("HEAD", "/manifests/1.0", 0),
    "look at the index": ("HEAD", f"/manifests/{BUILT.root}", 0),
    "look at a child": ("HEAD", f"/manifests/{CHILDREN[1].root}", 0),
    "look at the signature": ("HEAD", f"/manifests/{SIGNATURE.root}", 0),
    "look at a blob": ("HEAD", f"/blobs/{digest_of(LAYERS[0])}", 0),
    "ask for the repository": ("GET", "/tags/list", 0),
    "begin an upload": ("POST", "/uploads/", 0),
    "begin the last upload": ("POST", "/uploads/", len(BUILT.files) + len(SIGNATURE.files) - 4 - 1),
    "upload": ("PUT", f"digest={digest_of(LAYERS[0])}", 0),
    "upload the signature": ("PUT", f"digest={digest_of(b'signed')}", 0),
    "the first child": ("PUT", f"/manifests/{CHILDREN[0].root}", 0),
    "the last child": ("PUT", f"/manifests/{CHILDREN[1].root}", 0),
    "the index": ("PUT", f"/manifests/{BUILT.root}", 0),
    "the signature": ("PUT", f"/manifests/{SIGNATURE.root}", 0),
    "a tag": ("PUT", "/manifests/1.0", 0),
    "the last tag": ("PUT", "/manifests/latest", 0),
    "read a tag back": ("HEAD", "/manifests/latest", 1),
}
PASSING: dict[str, Action] = {
    "500": Reply(500),
    "502": Reply(502, (), b"<html>Bad Gateway</html>"),
    "503": Reply(503),
    "504": Reply(504),
    "reset": Reset(0),
    "reset within": Reset(1),
    "reset after": Reset(None),
    "answer lost": LoseAnswer(),
}
each_step = pytest.mark.parametrize("step", STEPS)


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "layout", BUILT, SIGNATURE)


def fail(bench: Bench, step: str, action: Action, *, times: int = 1) -> Fault:
    method, path, after = STEPS[step]
    return bench.registry.fail(method, path, action, times=times, after=after)


def is_whole(bench: Bench) -> bool:
    """Whether the registry has both tags and all files, each byte for byte."""
    held = bench.registry.contents.repositories["team/app"]
    contents = {**held.blobs, **{digest: content for digest, (_, content) in held.manifests.items()}}
    return held.tags == dict.fromkeys(TAGS, BUILT.root) and contents == {**BUILT.files, **SIGNATURE.files}


def pushed_or_said(bench: Bench, layout: Path, *, as_ecr: bool = False) -> str:
    """Push, and return what was raised; nothing where nothing was."""
    try:
        bench.push(layout, *TAGS, as_ecr=as_ecr)
    except SharedEcrError as error:
        return str(error)
    return ""


def torn(bench: Bench) -> list[str]:
    """What lacks below a tag; a signature that cannot be had is shown, and no reason to withhold the image."""
    held = bench.registry.contents.repositories["team/app"]
    return [missing for root in held.tags.values() for missing in missing_below(held, root)]


@each_step
@pytest.mark.parametrize("fault", PASSING)
def test_three_faults_in_a_row_are_survived(bench: Bench, layout: Path, step: str, fault: str) -> None:
    planned = fail(bench, step, PASSING[fault], times=3)
    bench.push(layout, *TAGS)
    assert planned.fired
    assert is_whole(bench)


@each_step
@pytest.mark.parametrize("throttle", [THROTTLED, Reply(429, (("Retry-After", "11"),))], ids=["plain", "Retry-After"])
def test_ten_throttles_in_a_row_are_survived_within_two_minutes(
    bench: Bench, layout: Path, step: str, throttle: Reply
) -> None:
    planned = fail(bench, step, throttle, times=10)
    bench.push(layout, *TAGS)
    assert planned.fired == 10
    assert is_whole(bench)
    assert sum(bench.pauses.taken) <= 120
    assert throttle is THROTTLED or bench.pauses.taken.count(11.0) == 10


@each_step
def test_no_step_is_waited_for_longer_than_two_minutes_and_nothing_is_torn(
    bench: Bench, layout: Path, step: str
) -> None:
    fail(bench, step, Reply(429, (("Retry-After", "40"),)), times=1000)
    said = pushed_or_said(bench, layout)
    assert said == "" or "the next would have to wait 40 s" in said
    assert sum(bench.pauses.taken) <= 120 * THREADS
    assert torn(bench) == []


@each_step
@pytest.mark.parametrize("form", ["401", "403"])
def test_a_token_that_expires_is_renewed_unseen(bench: Bench, layout: Path, step: str, form: str) -> None:
    bench.registry.manners.passwords = {"old", "new"}
    bench.credentials = KnownCredentials(("old", "new"))
    planned = fail(bench, step, EXPIRED if form == "403" else Reply(401, (("WWW-Authenticate", "Basic realm=x"),)))
    bench.push(layout, *TAGS, as_ecr=True)
    assert planned.fired
    assert is_whole(bench)
    assert sum(renewed for _, renewed in bench.credentials.asked) <= 1


@each_step
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 412, 416])
def test_a_refusal_for_good_is_borne_or_shown_and_the_next_push_completes_it(
    bench: Bench, layout: Path, step: str, status: int
) -> None:
    planned = fail(bench, step, Reply(status), times=1000)
    assert "\n" not in pushed_or_said(bench, layout, as_ecr=True)
    assert planned.fired
    bench.registry.faults.clear()
    there = {*bench.registry.contents.repositories["team/app"].blobs}
    bench.registry.seen.clear()
    bench.push(layout, *TAGS, as_ecr=True)
    assert is_whole(bench)
    sent = {seen.path.rpartition("digest=")[2] for seen in bench.registry.seen if "digest=" in seen.path}
    assert not sent & there


@pytest.mark.parametrize("position", [1, 1024 * 1024, 2_499_999], ids=["byte 1", "1 MiB", "last byte"])
def test_a_layer_that_breaks_off_costs_that_layer_again_and_no_other(bench: Bench, layout: Path, position: int) -> None:
    fail(bench, "upload", Reset(position))
    bench.push(layout, *TAGS)
    uploads = [seen.path.rpartition("digest=")[2] for seen in bench.registry.seen if "digest=" in seen.path]
    again = {digest for digest in uploads if uploads.count(digest) > 1}
    assert again == {digest_of(LAYERS[0])}
    assert uploads.count(digest_of(LAYERS[0])) == 2


@pytest.mark.parametrize("stored", range(5))
def test_an_index_cut_after_some_children_has_no_tag_and_the_next_push_sends_the_rest(
    bench: Bench, tmp_path: Path, stored: int
) -> None:
    built = index(*(image([bytes([number])], seed=number) for number in range(4)))
    layout = write_layout(tmp_path / "index", built)
    bench.registry.fail("PUT", "/manifests/", Reply(503), times=1000, after=stored)
    with pytest.raises(UnavailableError):
        bench.push(layout)
    held = bench.registry.contents.repositories["team/app"]
    assert (held.tags, len(held.manifests)) == ({}, stored)
    bench.registry.faults.clear()
    bench.registry.seen.clear()
    bench.push(layout)
    assert held.tags == {"1.0": built.root}
    assert bench.registry.count("PUT", "/manifests/") == 4 + 1 - stored
    assert bench.registry.count("PUT", "/blobs/") == 0

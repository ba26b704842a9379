import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from client.fake_registry import FakeRegistry
from client.faults import EXPIRED, THROTTLED, Action, Fault, Hold, LoseAnswer, Reply, Reset
from client.images import image, index, noise, write_layout
from client.pushing import CANARY, Bench, KnownCredentials
from shared_ecr.client.errors import LoginRefusedError, PushRefusedError
from shared_ecr.errors import RefusedError, SharedEcrError, UnavailableError

# Every step of a push of one image: the request by which it is known.
STEPS = {
    "look at the tag": ("HEAD", "/manifests/1.0"),
    "look at the digest": ("HEAD", "/manifests/sha256"),
    "look at a blob": ("HEAD", "/blobs/"),
    "begin an upload": ("POST", "/uploads/"),
    "upload": ("PUT", "/blobs/"),
    "manifest": ("PUT", "/manifests/"),
}
PASSING: dict[str, Action] = {
    "408": Reply(408),
    "429": THROTTLED,
    "500": Reply(500),
    "502": Reply(502, (), b"<html>Bad Gateway</html>"),
    "503": Reply(503),
    "504": Reply(504),
    "reset before": Reset(0),
    "reset after the request": Reset(None),
    "answer lost": LoseAnswer(),
}


@pytest.fixture
def bench() -> Iterator[Bench]:
    with FakeRegistry() as registry:
        yield Bench(registry)


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "layout", image())


def holds_all_of(bench: Bench, root: str) -> bool:
    repository = bench.registry.contents.repositories["team/app"]
    return repository.tags == {"1.0": root} and {*repository.blobs, root} >= image().files.keys()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("times", [1, 3], ids=["once", "three times"])
def test_what_passes_is_survived(bench: Bench, layout: Path, step: str, fault: str, times: int) -> None:
    planned = bench.registry.fail(*STEPS[step], PASSING[fault], times=times)
    bench.push(layout)
    assert planned.fired >= 1
    assert holds_all_of(bench, image().root)


def test_ten_throttled_answers_in_a_row_are_survived(bench: Bench, layout: Path) -> None:
    bench.registry.fail("PUT", "/manifests/", THROTTLED, times=10)
    bench.push(layout)
    assert holds_all_of(bench, image().root)


@pytest.mark.parametrize("step", STEPS)
def test_what_does_not_pass_ends_with_a_sentence_and_no_tag(bench: Bench, layout: Path, step: str) -> None:
    bench.registry.fail(*STEPS[step], Reply(503), times=1000)
    with pytest.raises(UnavailableError, match="gave up after 5 tries"):
        bench.push(layout)
    assert bench.registry.contents.repositories["team/app"].tags == {}


@pytest.mark.parametrize("step", STEPS)
def test_the_next_push_completes_what_a_failed_one_left(bench: Bench, layout: Path, step: str) -> None:
    fault = bench.registry.fail(*STEPS[step], Reply(503), times=1000)
    with pytest.raises(UnavailableError):
        bench.push(layout)
    bench.registry.faults.remove(fault)
    bench.push(layout)
    assert holds_all_of(bench, image().root)


@pytest.mark.parametrize("position", [1, 1024 * 1024, 2_999_999], ids=["byte 1", "1 MiB", "last byte"])
def test_a_layer_cut_in_the_middle_begins_a_new_session(bench: Bench, tmp_path: Path, position: int) -> None:
    layout = write_layout(tmp_path / "layout", image([noise(3_000_000)]))
    bench.registry.fail("PUT", "/blobs/", Reset(position))
    bench.push(layout, threads=1)
    sessions = [seen.path.partition("?")[0] for seen in bench.registry.seen if "PUT" in seen.line and "up" in seen.line]
    assert len(sessions) == len(set(sessions)) == 3


def test_a_blob_whose_answer_was_lost_is_not_sent_again(bench: Bench, layout: Path) -> None:
    bench.registry.fail("PUT", "/blobs/", LoseAnswer())
    bench.push(layout)
    assert bench.registry.count("PUT", "/blobs/") == 3


def test_a_manifest_whose_answer_was_lost_is_not_put_again(bench: Bench, layout: Path) -> None:
    bench.registry.fail("PUT", "/manifests/", LoseAnswer())
    bench.push(layout)
    assert bench.registry.count("PUT", "/manifests/") == 1


@pytest.mark.parametrize(
    "refusal",
    [
        Reply(416, (), b'{"errors":[{"code":"BLOB_UPLOAD_INVALID","message":"First byte is 0 instead of 7"}]}'),
        Reply(404, (), b'{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"no such session"}]}'),
        Reply(400, (), b'{"errors":[{"code":"DIGEST_INVALID","message":"bytes were lost"}]}'),
    ],
    ids=["416", "session unknown", "digest invalid"],
)
def test_a_session_the_registry_lost_is_replaced(bench: Bench, layout: Path, refusal: Reply) -> None:
    bench.registry.fail("PUT", "/blobs/", refusal)
    bench.push(layout)
    assert bench.registry.count("POST", "/uploads/") == 4


def test_retry_after_in_seconds_is_obeyed(bench: Bench, layout: Path) -> None:
    bench.registry.fail("PUT", "/manifests/", Reply(429, (("Retry-After", "7"),)))
    bench.push(layout)
    assert 7.0 in bench.pauses.taken


def test_retry_after_as_a_date_is_obeyed(bench: Bench, layout: Path) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    bench.registry.fail("PUT", "/manifests/", Reply(503, (("Retry-After", moment),)))
    bench.push(layout)
    assert 25 < max(bench.pauses.taken) <= 30


def test_retry_after_beyond_two_minutes_is_not_waited_for(bench: Bench, layout: Path) -> None:
    bench.registry.fail("PUT", "/manifests/", Reply(429, (("Retry-After", "3600"),)))
    with pytest.raises(UnavailableError, match="3600 s"):
        bench.push(layout)


def test_pauses_double_and_end(bench: Bench, layout: Path) -> None:
    bench.registry.fail("HEAD", "/manifests/1.0", Reply(500), times=1000)
    with pytest.raises(UnavailableError):
        bench.push(layout)
    assert bench.pauses.taken == [0.5, 1.0, 2.0, 4.0]


def test_no_step_waits_longer_than_two_minutes(bench: Bench, layout: Path) -> None:
    bench.registry.fail("HEAD", "/manifests/1.0", THROTTLED, times=1000)
    with pytest.raises(UnavailableError):
        bench.push(layout)
    assert sum(bench.pauses.taken) <= 120


def test_the_index_waits_for_all_children(bench: Bench, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", index(*(image(seed=i) for i in range(4))))
    fault = bench.registry.fail("PUT", "/manifests/", Reply(503), times=1000, after=2)
    with pytest.raises(UnavailableError):
        bench.push(layout)
    assert bench.registry.contents.repositories["team/app"].tags == {}
    bench.registry.faults.remove(fault)
    bench.registry.seen.clear()
    bench.push(layout)
    # Two children are there by now: the other two and the index are left.
    assert bench.registry.count("PUT", "/manifests/") == 3


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("form", ["401", "403"])
def test_a_token_that_expires_at_any_step_is_renewed_once_and_unseen(
    bench: Bench, layout: Path, step: str, form: str
) -> None:
    bench.registry.manners.passwords = {"old", "new"}
    bench.credentials = KnownCredentials(("old", "new"))
    expired = EXPIRED if form == "403" else Reply(401, (("WWW-Authenticate", "Basic realm=x"),))
    bench.registry.fail(*STEPS[step], expired)
    bench.push(layout, as_ecr=True)
    assert holds_all_of(bench, image().root)
    if form == "401" or STEPS[step][0] != "HEAD":
        # A 403 to a HEAD does not say why; when a GET then says it, the token is renewed too.
        assert [renewed for _, renewed in bench.credentials.asked] == [False, True]


@pytest.mark.parametrize("expired", [EXPIRED, Reply(401)], ids=["403", "401"])
def test_an_upload_refused_by_an_expired_token_begins_a_new_session(bench: Bench, layout: Path, expired: Reply) -> None:
    bench.registry.fail("PUT", "/blobs/", expired)
    bench.push(layout, as_ecr=True)
    assert bench.registry.count("POST", "/uploads/") == 3 + 1


def test_many_threads_renew_an_expired_token_together(bench: Bench, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", image([bytes([i]) for i in range(40)]))
    bench.registry.manners.passwords = {"old", "new"}
    bench.credentials = KnownCredentials(("old", "new"))
    reached = Event()

    def expire() -> None:
        reached.wait(10)
        bench.registry.manners.passwords = {"new"}

    Thread(target=expire, daemon=True).start()
    bench.registry.fail("POST", "/uploads/", Hold(reached, reached), after=8)
    bench.push(layout, as_ecr=True)
    assert sum(renewed for _, renewed in bench.credentials.asked) <= 1
    assert list(bench.registry.contents.repositories["team/app"].tags) == ["1.0"]


# A forbidden look at a blob is no refusal: the upload that follows settles it.
REFUSABLE = [(step, form) for step in STEPS for form in ("401", "403") if (step, form) != ("look at a blob", "403")]


@pytest.mark.parametrize(("step", "form"), REFUSABLE)
def test_a_second_refusal_is_an_error(bench: Bench, layout: Path, step: str, form: str) -> None:
    expired = EXPIRED if form == "403" else Reply(401, (("WWW-Authenticate", "Basic realm=x"),))
    bench.registry.fail(*STEPS[step], expired, times=1000)
    if form == "403" and STEPS[step][0] == "HEAD":
        bench.registry.fail("GET", "/", EXPIRED, times=1000)
    with pytest.raises(LoginRefusedError):
        bench.push(layout, as_ecr=True)


def every_failure() -> Iterator[tuple[str, list[Fault]]]:
    echo = f'{{"errors":[{{"code":"DENIED{CANARY}","message":"you sent {CANARY} QVdTOmNhbmFyeS0zZjljLXBhc3N3b3Jk"}}]}}'
    for name, (method, path) in STEPS.items():
        for status in (400, 401, 403, 404, 409, 429, 500):
            body = echo.encode()
            yield f"{name} {status}", [Fault(method, path, Reply(status, (), body), times=1000)]
        yield f"{name} reset", [Fault(method, path, Reset(0), times=1000)]
        yield f"{name} html", [Fault(method, path, Reply(400, (), f"<b>{CANARY}</b>".encode() * 999), times=1000)]


FAILURES = list(every_failure())


@pytest.mark.parametrize("faults", [faults for _, faults in FAILURES], ids=[name for name, _ in FAILURES])
def test_no_error_text_has_the_password(bench: Bench, layout: Path, faults: list[Fault]) -> None:
    bench.registry.faults.extend(faults)
    try:
        bench.push(layout, as_ecr=True)
    except SharedEcrError as error:
        texts = [str(error), repr(error)]
        cause = error.__cause__ or error.__context__
        while cause is not None:
            texts += [str(cause), repr(cause)]
            cause = cause.__cause__ or cause.__context__
        assert not any(CANARY in text or "QVdTOmNhbmFyeS0zZjljLXBhc3N3b3Jk" in text for text in texts)
    assert not any(CANARY in line for line in bench.heard.lines)


@pytest.mark.parametrize(
    "location",
    ["https://evil.example/up", "//evil.example/up", "http://127.0.0.1:1/up", "ftp://x/", "http://[bad/", "http://u@127.0.0.1/"],
    ids=["other host", "no scheme", "other port", "other scheme", "no address", "user"],
)  # fmt: skip
def test_an_upload_that_is_sent_elsewhere_is_refused(bench: Bench, layout: Path, location: str) -> None:
    bench.registry.manners.location = lambda _: location
    with pytest.raises(RefusedError):
        bench.push(layout)
    assert bench.registry.contents.repositories["team/app"].tags == {}


def test_an_absolute_location_on_the_registry_is_followed(bench: Bench, layout: Path) -> None:
    bench.registry.manners.location = lambda path: bench.registry.url + path
    assert str(bench.push(layout).digest) == image().root


def test_a_stand_in_for_ecr_may_speak_under_the_name_of_ecr(bench: Bench, layout: Path) -> None:
    host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    bench.registry.manners.location = lambda path: f"https://{host}{path}"
    assert str(bench.push(layout, as_ecr=True).digest) == image().root


@pytest.mark.parametrize("step", ["begin an upload", "upload", "manifest"])
def test_a_write_is_never_redirected(bench: Bench, layout: Path, step: str) -> None:
    with FakeRegistry() as elsewhere:
        redirect = Reply(307, (("Location", f"{elsewhere.url}/v2/"),))
        bench.registry.fail(*STEPS[step], redirect)
        with pytest.raises(RefusedError, match="redirects an upload"):
            bench.push(layout)
        assert elsewhere.seen == []


def test_a_redirected_look_takes_no_login_along(bench: Bench, layout: Path) -> None:
    with FakeRegistry() as elsewhere:
        elsewhere.api.contents = bench.registry.contents
        bench.push(layout)
        redirect = Reply(307, (("Location", f"{elsewhere.url}/v2/team/app/manifests/1.0"),))
        bench.registry.fail("HEAD", "/manifests/", redirect)
        bench.push(layout, as_ecr=True)
        assert [seen.headers.get("authorization") for seen in elsewhere.seen] == [None]


SLOW_PUSH = """
import sys
from client.pushing import Heard, KnownCredentials
from shared_ecr.client.http.connections import Surroundings
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.names import RegistryHost, Tag
request = PushRequest(sys.argv[1], RegistryHost.parse(sys.argv[2]), "team/app", (Tag.parse("1.0"), Tag.parse("latest")))
NativePusher(Surroundings({})).push(request, KnownCredentials(), Heard())
"""
ROOT = Path(__file__).parents[2]
PUSH_ENVIRON = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}


@pytest.mark.parametrize("step", ["begin an upload", "upload", "manifest"])
def test_an_interrupt_ends_a_push_that_waits_for_the_registry(bench: Bench, layout: Path, step: str) -> None:
    reached, go = Event(), Event()
    bench.registry.fail(*STEPS[step], Hold(reached, go))
    command = [sys.executable, "-c", SLOW_PUSH, str(layout), str(bench.registry.host)]
    with subprocess.Popen(command, env=PUSH_ENVIRON, stderr=subprocess.PIPE) as process:
        assert reached.wait(20)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
    go.set()
    assert b"KeyboardInterrupt" in said
    assert bench.registry.contents.repositories["team/app"].tags == {}


KILLED_AT = {
    "the first upload": ("PUT", "/blobs/", 0),
    "the last upload": ("PUT", "/blobs/", 5),
    "the first child": ("PUT", "/manifests/", 0),
    "the second child": ("PUT", "/manifests/", 1),
    "the index": ("PUT", "/manifests/", 2),
    "the second tag": ("PUT", "/manifests/", 3),
}


@pytest.mark.parametrize("moment", KILLED_AT)
def test_a_push_that_is_killed_leaves_no_tag_to_an_image_that_is_not_whole(
    bench: Bench, tmp_path: Path, moment: str
) -> None:
    built = index(image([b"1", b"2"], seed=1), image([b"3", b"4"], seed=2))
    layout = write_layout(tmp_path / "layout", built)
    reached, go = Event(), Event()
    method, path, after = KILLED_AT[moment]
    bench.registry.fail(method, path, Hold(reached, go), after=after)
    command = [sys.executable, "-c", SLOW_PUSH, str(layout), str(bench.registry.host)]
    with subprocess.Popen(command, env=PUSH_ENVIRON) as process:
        assert reached.wait(20)
        process.kill()
    go.set()
    repository = bench.registry.contents.repositories["team/app"]
    assert not repository.tags or {*repository.blobs, *repository.manifests} == built.files.keys()
    bench.push(layout, "1.0", "latest")
    assert {*repository.blobs, *repository.manifests} == built.files.keys()


def test_a_registry_that_does_not_answer_in_time_is_asked_again(
    bench: Bench, layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared_ecr.client.http.transport.READ_SECONDS", 0.2)
    go = Event()
    bench.registry.fail("POST", "/uploads/", Hold(Event(), go))
    bench.push(layout)
    go.set()
    assert bench.registry.count("POST", "/uploads/") == 4


def test_a_denied_push_is_told_once_though_eight_threads_hear_it(bench: Bench, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", image([bytes([i]) for i in range(30)]))
    bench.registry.fail("POST", "/uploads/", Reply(403, (), b'{"errors":[{"code":"DENIED"}]}'), times=1000)
    with pytest.raises(PushRefusedError, match="ecr:InitiateLayerUpload"):
        bench.push(layout)

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Event

import pytest

from client.faults import THROTTLED, Action, Hold, LoseAnswer, Reply, Reset
from client.images import image, index, noise, write_layout
from client.pushing import STEPS, Bench, holds_all_of
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.http.time_limits import TimeLimits
from shared_ecr.findings.errors import UnavailableError

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


def test_a_registry_that_does_not_answer_in_time_is_asked_again(bench: Bench, layout: Path) -> None:
    bench.limits = TimeLimits(silence=0.2)
    go = Event()
    bench.registry.fail("POST", "/uploads/", Hold(Event(), go))
    bench.push(layout)
    go.set()
    assert bench.registry.count("POST", "/uploads/") == 4


def test_a_denied_push_is_shown_once_though_eight_threads_hear_it(bench: Bench, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", image([bytes([i]) for i in range(30)]))
    bench.registry.fail("POST", "/uploads/", Reply(403, (), b'{"errors":[{"code":"DENIED"}]}'), times=1000)
    with pytest.raises(PushRefusedError, match="may not ecr:InitiateLayerUpload"):
        bench.push(layout, as_ecr=True)

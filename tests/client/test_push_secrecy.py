from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from client.fake_registry import FakeRegistry
from client.faults import EXPIRED, Fault, Hold, Reply, Reset
from client.images import image, write_layout
from client.pushing import CANARY, STEPS, Bench, KnownCredentials, holds_all_of
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.findings.errors import RefusedError, SharedEcrError


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


# A forbidden look at a blob is not a refusal: the upload that follows settles it.
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
    assert CANARY not in str(bench.heard.events)


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

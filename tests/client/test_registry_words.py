"""What the registry said is what the user reads."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.fake_registry import FakeRegistry
from client.faults import Reply
from client.images import image, write_layout
from client.pushing import CANARY, Bench, Heard, NoCredentials, push_source
from shared_ecr.client.distribution.pulls import pull
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.findings.errors import RefusedError, SharedEcrError, UnavailableError
from shared_ecr.model.names import ImageReference, Tag

CHALLENGE = 'Bearer realm="{realm}",service="fake",scope="repository:team/app:pull,push"'


@pytest.fixture
def bench() -> Iterator[Bench]:
    with FakeRegistry() as registry:
        yield Bench(registry)


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "l", image())


def errors(code: str, message: str, detail: object = None) -> bytes:
    return json.dumps({"errors": [{"code": code, "message": message, "detail": detail}]}).encode()


def failure(bench: Bench, layout: Path) -> str:
    with pytest.raises(SharedEcrError) as caught:
        bench.push(layout)
    return str(caught.value)


def failure_without_a_login(bench: Bench, layout: Path) -> str:
    with pytest.raises(SharedEcrError) as caught:
        push_source(NativePusher(bench.environment()), bench.request(layout), NoCredentials(), Heard())
    return str(caught.value)


STEPS = {
    "look for a layer": ("HEAD", "/blobs/sha256", r"failed to look for sha256:\w+ in team/app"),
    "begin an upload": ("POST", "/uploads/", r"failed to upload sha256:\w+ in team/app"),
    "upload": ("PUT", "/uploads/", r"failed to upload sha256:\w+ in team/app"),
    "store a manifest": ("PUT", "/manifests/1.0", r"failed to store the manifest 1\.0 in team/app"),
}


@pytest.mark.parametrize("step", STEPS)
def test_the_step_and_the_repository_of_a_server_error_are_named(bench: Bench, layout: Path, step: str) -> None:
    method, path, said = STEPS[step]
    bench.registry.fail(method, path, Reply(500), times=99)
    with pytest.raises(UnavailableError, match=said):
        bench.push(layout)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (errors("UNKNOWN", "no space left on device"), "it answered 500 UNKNOWN no space left on device; gave up"),
        (errors("UNKNOWN", "unknown error", {"err": "disk"}), '500 UNKNOWN unknown error ({"err": "disk"}); gave up'),
        (b"database is locked\n", "it answered 500 database is locked; gave up after 5 tries"),
        (
            b"<html><head><title>Bad &amp; gone</title>" + b"x" * 9000,
            "it answered 500 a web page, 'Bad & gone'; gave up",
        ),
        (b"<html>", "it answered 500 a web page; gave up"),
        (b"", "it answered 500; gave up"),
    ],
    ids=["errors", "detail", "text", "page", "page without a title", "nothing"],
)
def test_what_a_registry_says_with_a_server_error_is_shown(bench: Bench, layout: Path, body: bytes, said: str) -> None:
    bench.registry.fail("POST", "/uploads/", Reply(500, (), body), times=99)
    assert said in failure(bench, layout)


def test_the_detail_of_a_refusal_is_shown(bench: Bench, layout: Path) -> None:
    detail = "layer media type text/plain is not allowed here"
    bench.registry.fail("PUT", "/manifests/", Reply(400, (), errors("MANIFEST_INVALID", "manifest invalid", detail)))
    assert failure(bench, layout).endswith(
        f"refused to store the manifest 1.0 in team/app: 400 MANIFEST_INVALID manifest invalid ({detail})"
    )


def test_every_error_of_a_refusal_is_shown(bench: Bench, layout: Path) -> None:
    body = json.dumps({"errors": [{"code": "A", "message": "one"}, {"code": "B", "message": "two"}]}).encode()
    bench.registry.fail("PUT", "/manifests/", Reply(400, (), body))
    assert "400 A one (B two)" in failure(bench, layout)


@pytest.mark.parametrize("detail", [{}, [], None, "", "manifest invalid"], ids=str)
def test_a_detail_that_says_nothing_more_is_left_out(bench: Bench, layout: Path, detail: object) -> None:
    bench.registry.fail("PUT", "/manifests/", Reply(400, (), errors("MANIFEST_INVALID", "manifest invalid", detail)))
    assert failure(bench, layout).endswith("400 MANIFEST_INVALID manifest invalid")


def test_an_answer_without_end_is_cut(bench: Bench, layout: Path) -> None:
    bench.registry.fail("PUT", "/manifests/", Reply(400, (), errors("X", "m" * 5000, "d" * 5000)))
    assert len(failure(bench, layout)) < 1000


@pytest.mark.parametrize("where", ["message", "detail"])
def test_a_password_that_the_registry_repeats_is_not_shown(bench: Bench, layout: Path, where: str) -> None:
    bench.registry.manners.passwords = {CANARY}
    body = errors("X", CANARY if where == "message" else "no", CANARY if where == "detail" else None)
    bench.registry.fail("PUT", "/manifests/", Reply(500, (), body), times=99)
    assert CANARY not in failure(bench, layout)


QUOTA = errors(
    "DENIED", "adding 3.3 MiB of storage resource, which when updated will exceed the upper limit of 10.0 GiB"
)


@pytest.mark.parametrize("status", [403, 412])
def test_a_full_quota_is_not_called_a_lacking_permission(bench: Bench, layout: Path, status: int) -> None:
    bench.registry.manners.passwords = {CANARY}
    bench.registry.fail("POST", "/uploads/", Reply(status, (), QUOTA), times=99)
    text = failure(bench, layout)
    assert "exceed the upper limit of 10.0 GiB" in text
    assert "permission" not in text


def test_a_condition_that_failed_is_not_called_a_lacking_permission(bench: Bench, layout: Path) -> None:
    bench.registry.manners.passwords = {CANARY}
    changed = Reply(412, (), errors("DENIED", "the manifest has changed"))
    bench.registry.fail("PUT", "/manifests/", changed, times=99)
    assert failure(bench, layout).endswith("team/app: 412 DENIED the manifest has changed")


def test_the_page_of_a_firewall_is_not_called_a_lacking_permission(bench: Bench, layout: Path) -> None:
    bench.registry.fail("POST", "/uploads/", Reply(403, (), b"<html><title>Request blocked</title>"), times=99)
    text = failure(bench, layout)
    assert "403 a web page, 'Request blocked'" in text
    assert "permission" not in text


DENIED = errors("DENIED", "requested access to the resource is denied")


def test_a_denial_with_a_login_says_that_the_login_lacks_the_permission(bench: Bench, layout: Path) -> None:
    bench.registry.manners.passwords = {CANARY}
    bench.registry.fail("POST", "/uploads/", Reply(403, (), DENIED), times=99)
    assert "the login lacks the permission" in failure(bench, layout)


def test_a_denial_without_a_login_says_how_to_log_in(bench: Bench, layout: Path) -> None:
    bench.registry.fail("POST", "/uploads/", Reply(403, (), DENIED), times=99)
    text = failure_without_a_login(bench, layout)
    assert f"no login was sent; log in by 'shared-ecr login {bench.registry.host} --username NAME" in text
    assert "the login lacks" not in text


def test_a_read_that_is_denied_without_a_login_says_how_to_log_in(bench: Bench, tmp_path: Path) -> None:
    bench.registry.fail("GET", "/manifests/", Reply(403, (), DENIED), times=99)
    reference = ImageReference(bench.registry.host, "team/app", Tag("1.0"))
    with pytest.raises(
        RefusedError, match=r"refused to read 1\.0 in team/app: 403 DENIED requested.*no login was sent"
    ):
        pull(reference, tmp_path / "l", NoCredentials(), Heard(), bench.environment())


def bearer(bench: Bench, realm: str = "{url}/token") -> None:
    bench.registry.manners.passwords = {CANARY}
    bench.registry.manners.challenge = CHALLENGE.format(realm=realm.format(url=bench.registry.url))


def test_what_a_token_service_says_with_a_server_error_is_shown(bench: Bench, layout: Path) -> None:
    bearer(bench)
    bench.registry.fail("GET", "/token", Reply(500, (), b'{"details": "LDAP server is down"}'), times=99)
    assert "its token service 127.0.0.1 answered 500 LDAP server is down; gave up" in failure(bench, layout)


def test_what_a_token_service_says_to_a_login_is_shown(bench: Bench, layout: Path) -> None:
    bearer(bench)
    bench.registry.fail("GET", "/token", Reply(403, (), errors("DENIED", "account is locked")), times=99)
    with pytest.raises(LoginRefusedError, match=r"does not accept.*answered 403 DENIED account is locked"):
        bench.push(layout)


def test_what_a_token_service_says_without_a_login_is_shown(bench: Bench, layout: Path) -> None:
    bearer(bench)
    bench.registry.fail("GET", "/token", Reply(401, (), errors("UNAUTHORIZED", "no anonymous pulls")), times=99)
    assert "no anonymous pulls" in failure_without_a_login(bench, layout)


def test_a_web_page_in_place_of_a_token_is_named(bench: Bench, layout: Path) -> None:
    bearer(bench)
    bench.registry.fail("GET", "/token", Reply(200, (), b"<html><title>Welcome to the Wi-Fi</title>"), times=99)
    assert "gave no token: 200 a web page, 'Welcome to the Wi-Fi'" in failure(bench, layout)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b'{"error": "access_denied", "error_description": "your plan has ended"}', "your plan has ended"),
        (200, errors("DENIED", "account is locked"), "DENIED account is locked"),
        (200, b"{}", "gave no token: 200"),
        (200, b"", "gave no token: 200"),
        (400, b'{"error": "invalid_scope"}', "answered: 400 invalid_scope"),
        (404, b"no such realm", "answered: 404 no such realm"),
    ],
)
def test_a_token_service_without_a_token_has_refused(
    bench: Bench, layout: Path, status: int, body: bytes, said: str
) -> None:
    bearer(bench)
    bench.registry.fail("GET", "/token", Reply(status, (), body), times=99)
    with pytest.raises(RefusedError, match=re.escape(said)):
        bench.push(layout)


def test_bytes_that_are_no_text_are_not_shown(bench: Bench, layout: Path) -> None:
    packed = (("Content-Encoding", "gzip"),)
    bench.registry.fail("POST", "/uploads/", Reply(400, packed, gzip.compress(b"denied" * 99)), times=99)
    assert failure(bench, layout).endswith("refused to begin an upload in team/app: 400")


def test_a_network_that_wants_a_login_first_is_no_refusal(bench: Bench, layout: Path) -> None:
    bearer(bench)
    bench.registry.fail("GET", "/token", Reply(200, (), b" <html><title>Wi-Fi</title>"), times=99)
    with pytest.raises(UnavailableError, match="a web page, 'Wi-Fi'"):
        bench.push(layout)


def test_a_token_under_an_unknown_name_is_not_shown(bench: Bench, layout: Path) -> None:
    bearer(bench)
    bench.registry.fail("GET", "/token", Reply(200, (), b'{"jwt": "eyJhbGciOi.secret"}'), times=99)
    assert "secret" not in failure(bench, layout)


def test_what_a_registry_says_to_a_refused_login_is_shown(bench: Bench, layout: Path) -> None:
    bench.registry.manners.passwords = {"another"}
    bench.registry.manners.refusal = Reply(
        401, (("WWW-Authenticate", 'Basic realm="x"'),), errors("U", "disabled user")
    )
    with pytest.raises(LoginRefusedError, match="does not accept the credentials: 401 U disabled user"):
        bench.push(layout)


REFUSED_LOGINS = {
    "look": ("HEAD", "/manifests/1.0", r"cannot look at 1\.0 in team/app"),
    "look for a layer": ("HEAD", "/blobs/sha256", r"cannot look for sha256:\w+ in team/app"),
    "begin an upload": ("POST", "/uploads/", r"cannot begin an upload in team/app"),
    "upload": ("PUT", "/uploads/", r"cannot upload sha256:\w+ in team/app"),
    "store a manifest": ("PUT", "/manifests/1.0", r"cannot store the manifest 1\.0 in team/app"),
}


@pytest.mark.parametrize("step", REFUSED_LOGINS)
def test_the_step_and_the_repository_of_a_refused_login_are_named(bench: Bench, layout: Path, step: str) -> None:
    method, path, said = REFUSED_LOGINS[step]
    bench.registry.manners.passwords = {CANARY}
    challenge = (("WWW-Authenticate", 'Basic realm="x"'),)
    bench.registry.fail(method, path, Reply(401, challenge, errors("UNAUTHORIZED", "disabled user")), times=99)
    if method == "HEAD":
        # The words are those of a read.
        bench.registry.fail("GET", path, Reply(401, challenge, errors("UNAUTHORIZED", "disabled user")), times=99)
    with pytest.raises(
        LoginRefusedError, match=rf"{said}: 127\.0\.0\.1:\d+ does not accept .* UNAUTHORIZED disabled user"
    ):
        bench.push(layout)


def test_the_words_of_a_refused_upload_are_read_where_they_arrive_after_the_status(bench: Bench, layout: Path) -> None:
    bench.registry.manners.passwords = {CANARY}
    challenge = (("WWW-Authenticate", 'Basic realm="x"'),)
    long = errors("UNAUTHORIZED", "disabled user", "x" * 500_000)
    bench.registry.fail("PUT", "/uploads/", Reply(401, challenge, long), times=99)
    with pytest.raises(LoginRefusedError, match="UNAUTHORIZED disabled user"):
        bench.push(layout)


@pytest.mark.parametrize("scheme", ["Basic", "Bearer"])
def test_the_step_and_the_words_are_shown_to_one_without_a_login(bench: Bench, layout: Path, scheme: str) -> None:
    words = errors("UNAUTHORIZED", "members alone")
    realm = f'{bench.registry.url}/token",service="fake' if scheme == "Bearer" else "x"
    challenge = (("WWW-Authenticate", f'{scheme} realm="{realm}"'),)
    bench.registry.fail("GET", "/token", Reply(401, (), words), times=99)
    bench.registry.fail("POST", "/uploads/", Reply(401, challenge, words), times=99)
    text = failure_without_a_login(bench, layout)
    assert text.startswith("cannot begin an upload in team/app: ")
    assert "UNAUTHORIZED members alone" in text


def test_a_secret_in_the_address_of_a_token_service_is_not_shown(bench: Bench, layout: Path) -> None:
    bearer(bench, f"http://auth.example/token?key={CANARY}")
    text = failure(bench, layout)
    assert "names 'http://auth.example' as its token service" in text
    assert CANARY not in text


@pytest.mark.parametrize("realm", [f"https://127.0.0.1:1?key={CANARY}", f"https://127.0.0.1:1/token?key={CANARY}#x"])
def test_a_secret_in_the_address_of_a_token_service_that_cannot_be_reached_is_not_shown(
    bench: Bench, layout: Path, realm: str
) -> None:
    bearer(bench, realm)
    text = failure(bench, layout)
    assert "127.0.0.1:1 cannot be reached" in text
    assert CANARY not in text


@pytest.mark.parametrize("realm", ['"/token"', "/token", "{url}/token"], ids=["path", "path, no quotes", "no quotes"])
def test_a_realm_may_be_a_path_and_may_lack_its_quotes(bench: Bench, layout: Path, realm: str) -> None:
    bench.registry.manners.passwords = {CANARY}
    address = realm.format(url=bench.registry.url)
    bench.registry.manners.challenge = f'Bearer realm={address},service=fake,scope="repository:team/app:pull,push"'
    assert str(bench.push(layout).digest) == image().root


def test_a_web_page_in_place_of_a_manifest_is_named(bench: Bench, layout: Path) -> None:
    page = Reply(200, (("Content-Type", "text/html; charset=utf-8"),), b"<html>log in to the network</html>")
    bench.registry.fail("", "/", page, times=999)
    with pytest.raises(RefusedError, match="answered with a web page"):
        bench.push(layout)


@pytest.mark.parametrize("status", [500, 400])
def test_a_look_that_fails_is_repeated_as_a_read_whose_answer_has_words(
    bench: Bench, layout: Path, status: int
) -> None:
    bench.registry.fail("", "/manifests/1.0", Reply(status, (), errors("UNKNOWN", "database is locked")), times=99)
    assert f"look at 1.0 in team/app: {'it answered ' if status == 500 else ''}{status} UNKNOWN database" in failure(
        bench, layout
    )


def test_a_registry_without_head_for_manifests_is_asked_by_get(bench: Bench, layout: Path) -> None:
    bench.registry.fail("HEAD", "/manifests/", Reply(405), times=99)
    assert str(bench.push(layout).digest) == image().root


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
         "403 AccessDenied Request has expired"),
        (b"<html><body><h1>503 No &amp; server</h1>is available.</body></html>", "403 a web page, '503 No & server'"),
        (b"\xef\xbb\xbf<html><title>Blocked</title>", "403 a web page, 'Blocked'"),
        ("accès refusé".encode("latin-1"), "403 accès refusé"),
        ("x" + "é" * 5000, "403 xééé"),
    ],
    ids=["XML of object storage", "a heading", "a page with a mark", "Latin-1", "a long text"],
)  # fmt: skip
def test_a_refusal_of_any_form_is_shown(bench: Bench, layout: Path, body: bytes | str, said: str) -> None:
    content = body.encode() if isinstance(body, str) else body
    bench.registry.fail("PUT", "/manifests/", Reply(403, (), content), times=99)
    assert said in failure(bench, layout)


def test_a_look_for_a_layer_that_is_refused_has_the_words_of_a_read(bench: Bench, layout: Path) -> None:
    locked = Reply(423, (), errors("LOCKED", "the project is archived"))
    bench.registry.fail("HEAD", "/blobs/", Reply(423), times=99)
    bench.registry.fail("GET", "/blobs/", locked, times=99)
    assert re.search(
        r"refused to look for sha256:\w+ in team/app: 423 LOCKED the project is archived", failure(bench, layout)
    )


def test_what_is_said_of_a_missing_repository_is_shown(bench: Bench, layout: Path) -> None:
    gone = Reply(404, (), errors("NOT_FOUND", "project team not found", "ask the operator"))
    bench.registry.fail("POST", "/uploads/", gone, times=99)
    assert "no repository team/app in" in failure(bench, layout)
    bench.registry.fail("POST", "/uploads/", gone, times=99)
    assert ": NOT_FOUND project team not found (ask the operator); create it there" in failure(bench, layout)


def test_a_web_page_is_not_called_a_missing_repository(bench: Bench, layout: Path) -> None:
    page = Reply(404, (), b"<html><title>404 nginx</title>")
    bench.registry.fail("POST", "/uploads/", page, times=99)
    assert "refused to begin an upload in team/app: 404 a web page, '404 nginx'" in failure(bench, layout)


def test_what_is_said_of_a_missing_image_is_shown(bench: Bench, tmp_path: Path) -> None:
    bench.registry.fail("GET", "/manifests/", Reply(404, (), errors("NAME_UNKNOWN", "no project team")), times=99)
    reference = ImageReference(bench.registry.host, "team/app", Tag("1.0"))
    with pytest.raises(RefusedError, match=r"there is no .*/team/app:1\.0: NAME_UNKNOWN no project team"):
        pull(reference, tmp_path / "l", NoCredentials(), Heard(), bench.environment())


def test_a_registry_that_refuses_its_own_token_for_all_is_answered_with_how_to_log_in(
    bench: Bench, layout: Path
) -> None:
    bench.registry.manners.challenge = CHALLENGE.format(realm=f"{bench.registry.url}/token")
    header = (("WWW-Authenticate", bench.registry.manners.challenge),)
    bench.registry.fail("GET", "/token", Reply(200, (), b'{"token": "for-all"}'), times=99)
    for method in ("HEAD", "GET", "POST"):
        bench.registry.fail(method, "/v2/team", Reply(401, header, errors("UNAUTHORIZED", "who are you")), times=99)
    text = failure_without_a_login(bench, layout)
    assert "401 UNAUTHORIZED who are you; no login was sent; log in by 'shared-ecr login" in text
    assert "revoked" not in text

import os
import pickle
import stat
import time
from pathlib import Path

import pytest

from shared_ecr.client.credentials.token_cache import CachedToken, cached, folder_of, fresh, name_of
from shared_ecr.client.credentials.token_files import all_hosts, forget, hosts, single_flight, store
from shared_ecr.findings.errors import UnavailableError

HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
OTHER = "444455556666.dkr.ecr.us-east-1.amazonaws.com"
CANARY = "canary-0d3b6e91"
HOUR = 3600.0
TWELVE = 12 * HOUR


def token(host: str = HOST, *, age: float = 0.0, lifetime: float = TWELVE, secret: str = CANARY) -> CachedToken:
    issued = time.time() - age
    return CachedToken(host, "AWS", secret, (issued, lifetime, issued + lifetime / 2, issued + lifetime))


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "AWS_ACCESS_KEY_ID": "AKIA1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "shared-ecr"


def the_file(folder: Path) -> Path:
    (found,) = folder.glob("*.token")
    return found


def secret_of(host: str, environ: dict[str, str]) -> str | None:
    found = fresh(host, environ)
    return found.secret if found else None


def test_what_is_stored_is_found(environ: dict[str, str]) -> None:
    store(token(), environ)

    assert secret_of(HOST, environ) == CANARY


@pytest.mark.parametrize(
    ("age", "is_fresh", "is_valid"),
    [
        (0, True, True), (5.9, True, True), (6.1, False, True), (11.9, False, True), (12.1, False, False),
        (-0.1, False, False),
    ],
    ids=["new", "before half its life", "after half its life", "before its end", "after its end", "from the future"],
)  # fmt: skip
def test_a_token_is_fresh_for_half_its_life_and_valid_to_its_end(age: float, is_fresh: bool, is_valid: bool) -> None:  # noqa: FBT001 — a table
    held, now = token(age=age * HOUR), time.time()

    assert (held.is_fresh(now), held.is_valid(now)) == (is_fresh, is_valid)


def test_a_lifetime_that_ecr_does_not_give_is_not_believed() -> None:
    assert not token(lifetime=TWELVE * 2).is_valid(time.time())


def test_the_folder_and_its_files_are_the_owners_alone(environ: dict[str, str], folder: Path) -> None:
    with single_flight(HOST, environ, 1):
        store(token(), environ)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_callers_and_hosts_do_not_see_each_others_tokens(environ: dict[str, str]) -> None:
    store(token(), environ)

    assert secret_of(OTHER, environ) is None
    assert secret_of(HOST, {**environ, "AWS_ACCESS_KEY_ID": "AKIA2"}) is None


def test_the_key_id_is_in_no_name_and_no_content(environ: dict[str, str], folder: Path) -> None:
    store(token(), environ)

    assert "AKIA1" not in the_file(folder).name + the_file(folder).read_text()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700 | 0o020])
def test_a_file_that_others_may_open_is_not_read(environ: dict[str, str], folder: Path, mode: int) -> None:
    store(token(), environ)
    the_file(folder).chmod(mode)

    assert cached(HOST, environ) is None


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_folder_that_others_may_open_is_not_read(environ: dict[str, str], folder: Path, mode: int) -> None:
    store(token(), environ)
    folder.chmod(mode)

    assert cached(HOST, environ) is None


def test_a_folder_that_others_may_open_is_closed_at_the_next_write(environ: dict[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o755)

    store(token(), environ)

    assert secret_of(HOST, environ) == CANARY


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to another user")
def test_a_file_of_another_user_is_not_read(environ: dict[str, str], folder: Path) -> None:
    store(token(), environ)
    os.chown(the_file(folder), 1234, 1234)

    assert cached(HOST, environ) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder to another user")
def test_a_folder_of_another_user_is_neither_read_nor_written(environ: dict[str, str], folder: Path) -> None:
    store(token(), environ)
    os.chown(folder, 1234, 1234)

    assert cached(HOST, environ) is None
    with pytest.raises(UnavailableError, match="not a folder of this user alone"):
        store(token(), environ)


def test_a_symbolic_link_is_not_followed(environ: dict[str, str], folder: Path, tmp_path: Path) -> None:
    store(token(), environ)
    moved = the_file(folder).rename(tmp_path / "moved")
    (folder / str(name_of(HOST, environ))).symlink_to(moved)

    assert cached(HOST, environ) is None


def test_a_folder_behind_a_symbolic_link_is_neither_read_nor_written(
    environ: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "planted").mkdir(mode=0o700)
    folder.parent.mkdir()
    folder.symlink_to(tmp_path / "planted")

    with pytest.raises(UnavailableError, match="not a folder of this user alone"):
        store(token(), environ)
    assert cached(HOST, environ) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text[:-30],
        lambda text: text + "x\n",
        lambda text: text.replace("token 1", "token 0"),
        lambda text: text.replace("token 1", "token 2"),
        lambda text: text.replace(HOST, OTHER),
        lambda text: text.replace("AWS", ""),
        lambda text: text.replace(CANARY, "\xff"),
        lambda text: text.replace("43200.0", "x"),
        lambda text: text.replace("43200.0", "nan"),
        lambda text: text.replace("43200.0", "inf"),
        lambda text: '{"Version": "1.0", "Registries": {}}',
        lambda text: "\0" * 100_000,
    ],
    ids=[
        "empty", "last byte gone", "cut", "longer", "older", "newer", "another host", "no user", "no ASCII",
        "no number", "not a number", "without end", "another tool's", "zeros",
    ],
)  # fmt: skip
def test_a_broken_file_is_as_good_as_none_and_is_written_anew(
    environ: dict[str, str], folder: Path, change: object
) -> None:
    assert callable(change)
    store(token(), environ)
    path = the_file(folder)
    path.write_text(change(path.read_text()), encoding="latin-1")
    assert fresh(HOST, environ) is None

    store(token(secret="new"), environ)

    assert secret_of(HOST, environ) == "new"


@pytest.mark.parametrize(
    "host", ["", "../../etc/passwd", "a/b", "a\nb", "a b", "é.example", "x" * 201, ".", "a\0b", "a_b"]
)
def test_what_could_be_no_host_never_becomes_a_path(environ: dict[str, str], host: str) -> None:
    assert name_of(host, environ) is None
    assert cached(host, environ) is None


@pytest.mark.parametrize("secret", ["a\nb", "pässword", "a\x00"])
def test_a_token_that_is_no_line_is_not_kept(environ: dict[str, str], folder: Path, secret: str) -> None:
    store(token(secret=secret), environ)

    assert not folder.exists()


@pytest.mark.parametrize("value", ["1", "true"])
def test_a_cache_that_is_switched_off_is_neither_read_nor_written(
    environ: dict[str, str], folder: Path, value: str
) -> None:
    store(token(), environ)
    off = {**environ, "SHARED_ECR_DISABLE_CACHE": value}

    assert fresh(HOST, off) is None
    store(token(OTHER), off)
    with single_flight(OTHER, off, 1):
        assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "/c/shared-ecr"),
        ({"HOME": "/h"}, "/h/.cache/shared-ecr"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/shared-ecr"),
        ({"HOME": "/h", "SHARED_ECR_DISABLE_CACHE": "0"}, "/h/.cache/shared-ecr"),
        ({"HOME": "/h", "SHARED_ECR_DISABLE_CACHE": "1"}, None),
    ],
)
def test_the_folder_is_where_caches_are(variables: dict[str, str], place: str | None) -> None:
    assert folder_of(variables) == place


def test_a_disk_that_cannot_be_written_is_reported(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")

    with pytest.raises(UnavailableError, match="cannot make"):
        store(token(), environ)


def test_the_hosts_of_the_caller_are_listed_while_their_tokens_are_good(environ: dict[str, str]) -> None:
    store(token(OTHER), environ)
    store(token(HOST), environ)
    store(token("555566667777.dkr.ecr.us-east-1.amazonaws.com"), {**environ, "AWS_PROFILE": "another"})
    store(token("777788889999.dkr.ecr.us-east-1.amazonaws.com", age=13 * HOUR), environ)

    assert hosts(environ) == (HOST, OTHER)


def test_what_has_expired_is_removed_at_the_next_write(environ: dict[str, str], folder: Path) -> None:
    with single_flight(OTHER, environ, 1):
        store(token(OTHER, age=13 * HOUR), environ)

    store(token(HOST), environ)

    assert [path.name for path in folder.glob("*.token")] == [name_of(HOST, environ)]


def test_a_forgotten_host_is_forgotten_for_every_caller(environ: dict[str, str]) -> None:
    another = {**environ, "AWS_PROFILE": "another"}
    for each in (environ, another):
        store(token(HOST), each)
        store(token(OTHER), each)

    assert forget({**environ, "SHARED_ECR_DISABLE_CACHE": "1"}, lambda host: host == HOST) == (HOST,)
    assert (fresh(HOST, environ), fresh(HOST, another)) == (None, None)
    assert all_hosts(environ) == (OTHER,)


def test_a_token_cannot_be_printed_or_pickled() -> None:
    assert CANARY not in f"{token()!r}{token()}{[token()]}"
    with pytest.raises(TypeError):
        pickle.dumps(token())


def test_locks_do_not_pile_up(tmp_path: Path) -> None:
    for number in range(100):
        environ = {"HOME": str(tmp_path), "AWS_ACCESS_KEY_ID": f"AKIDEXAMPLE{number}"}
        with single_flight("111122223333.dkr.ecr.us-east-1.amazonaws.com", environ, 1.0):
            pass
    assert len(list((tmp_path / ".cache/shared-ecr").iterdir())) <= 16

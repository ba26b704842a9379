import base64
import json
import os
import pickle
from pathlib import Path

import pytest

from shared_ecr.client.credentials.docker_config import (
    DOCKER_HUB_KEY,
    DockerConfig,
    StoredLogin,
    config_paths,
    docker_config_path,
    hostname_of,
)
from shared_ecr.client.credentials.json_files import MAX_BYTES
from shared_ecr.findings.errors import UnavailableError

CANARY = "canary-71ce0f2b"


def pair(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def loaded(tmp_path: Path, content: str | bytes) -> DockerConfig:
    path = tmp_path / "config.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return DockerConfig.load(path)


@pytest.mark.parametrize("content", [None, "", " \n", "{}", '{"auths": null, "credHelpers": null, "credsStore": ""}'])
def test_a_file_that_says_nothing_holds_nothing(tmp_path: Path, content: str | None) -> None:
    config = DockerConfig.load(tmp_path / "config.json") if content is None else loaded(tmp_path, content)

    assert (dict(config.auths), dict(config.cred_helpers), config.creds_store) == ({}, {}, None)


@pytest.mark.parametrize(
    ("entry", "login"),
    [
        ({"auth": pair("user:pass")}, StoredLogin("user", "pass")),
        ({"auth": pair("user:pass:word:")}, StoredLogin("user", "pass:word:")),
        ({"auth": pair("user:pass\0\0")}, StoredLogin("user", "pass")),
        ({"username": "user", "password": "pass"}, StoredLogin("user", "pass")),
        ({"auth": pair("user:"), "identitytoken": "t"}, StoredLogin("user", "", "t")),
        ({"auth": pair("üser:pässword")}, StoredLogin("üser", "pässword")),
    ],
    ids=["docker's", "colons", "padded", "apart", "identity token", "not ASCII"],
)
def test_a_login_is_read_as_docker_reads_it(tmp_path: Path, entry: dict[str, str], login: StoredLogin) -> None:
    config = loaded(tmp_path, json.dumps({"auths": {"registry.example": entry}}))

    assert config.auths["registry.example"] == login


@pytest.mark.parametrize(
    "entry",
    [
        {"auth": "no base64!"},
        {"auth": "é"},
        {"auth": pair(CANARY)},
        {"auth": "/w=="},
        {"auth": 1},
        {"password": [CANARY]},
        CANARY,
    ],
    ids=["no base64", "no ASCII", "no colon", "no text", "number", "list", "text"],
)
def test_a_broken_login_is_shown_by_its_key_alone(tmp_path: Path, entry: object) -> None:
    config = loaded(tmp_path, json.dumps({"auths": {"broken.example": entry}}))

    with pytest.raises(UnavailableError, match=r"config\.json: the login for 'broken\.example' is broken") as caught:
        _ = config.auths["broken.example"]
    assert CANARY not in str(caught.value)


def test_a_broken_login_stops_no_one_else(tmp_path: Path) -> None:
    entries = {"broken.example": {"auth": "!"}, "registry.example": {"auth": pair("user:pass")}}

    config = loaded(tmp_path, json.dumps({"auths": entries}))

    assert config.login_of("registry.example") == StoredLogin("user", "pass")


def test_an_entry_that_docker_leaves_for_a_helper_is_no_login(tmp_path: Path) -> None:
    config = loaded(tmp_path, '{"auths": {"registry.example": {}}, "credsStore": "pass"}')

    assert (config.login_of("registry.example"), list(config.auths)) == (None, [])
    assert config.entries == ("registry.example",)


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        ('{\n  "auths": {,}\n}', "2:13", "expecting property name"),
        ('{"a": "b"', "1:10", "expecting ',' delimiter"),
        ("[]", "1:1", "not a JSON object"),
        (b'{"a":\n "\xff"}', "2:3", "not UTF-8"),
        ("\ufeff{}", "1:1", "BOM"),
    ],
    ids=["comma", "cut off", "list", "Latin-1", "byte order mark"],
)
def test_a_broken_file_is_shown_with_line_and_column(
    tmp_path: Path, content: str | bytes, place: str, what: str
) -> None:
    with pytest.raises(UnavailableError) as caught:
        loaded(tmp_path, content)
    assert str(caught.value).startswith(f"{tmp_path / 'config.json'}:{place}: ")
    assert what in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        f'{{"auths": {{"r.example": {{"auth": "{CANARY}"}}}}',
        f'{{"password": "{CANARY}\n"}}',
        f"{CANARY}",
        f'{{"auths": "{CANARY}"}}',
        f'{{"credHelpers": ["{CANARY}"]}}',
        f'{{"credsStore": ["{CANARY}"]}}',
        '{"credHelpers": {"r.example": 1}}',
        '{"a": NaN}',
        "[" * 100_000,
    ],
    ids=["cut off", "line end", "text", "auths", "credHelpers", "credsStore", "helper", "NaN", "deep"],
)
def test_a_broken_file_is_never_quoted(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        loaded(tmp_path, content)
    assert str(tmp_path / "config.json") in str(caught.value)
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_what_is_no_file_is_shown(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="Is a directory"):
        DockerConfig.load(tmp_path)


def test_a_device_is_not_read() -> None:
    with pytest.raises(UnavailableError, match="/dev/zero cannot be read: it is a device, not a file"):
        DockerConfig.load(Path("/dev/zero"))


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "config.json").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(UnavailableError, match=f"has over {MAX_BYTES} bytes"):
        DockerConfig.load(tmp_path / "config.json")


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("registry.example", "registry.example"),
        ("https://registry.example", "registry.example"),
        ("https://registry.example/v2/", "registry.example"),
        ("http://registry.example:5000/v1/", "registry.example:5000"),
        (DOCKER_HUB_KEY, "docker.io"),
        ("docker.io", "registry-1.docker.io"),
    ],
)
def test_a_login_is_found_under_every_spelling_of_its_host(tmp_path: Path, key: str, host: str) -> None:
    config = loaded(tmp_path, json.dumps({"auths": {key: {"auth": pair("user:pass")}}}))

    assert config.login_of(host) == StoredLogin("user", "pass")


@pytest.mark.parametrize(
    "key", ["registry.example.com", "registry.example:5000", "registry.example/team", "x.registry.example"]
)
def test_a_login_is_for_no_other_host(tmp_path: Path, key: str) -> None:
    config = loaded(tmp_path, json.dumps({"auths": {key: {"auth": pair("user:pass")}}}))

    assert config.login_of("registry.example") is None


def test_podmans_login_for_one_repository_keeps_its_name() -> None:
    assert hostname_of("registry.example/team/app") == "registry.example/team/app"


@pytest.mark.parametrize(
    ("content", "helper"),
    [
        ({"credHelpers": {"registry.example": "own"}, "credsStore": "all"}, "own"),
        ({"credsStore": "all"}, "all"),
        ({"credHelpers": {"https://registry.example": "own"}}, "own"),
        ({"credHelpers": {"other.example": "own"}}, None),
    ],
    ids=["own before all", "all", "URL", "another's"],
)
def test_the_program_that_keeps_a_login_is_known(
    tmp_path: Path, content: dict[str, object], helper: str | None
) -> None:
    assert loaded(tmp_path, json.dumps(content)).helper_of("registry.example") == helper


def test_the_files_are_asked_in_order() -> None:
    environ = {"HOME": "/h", "DOCKER_CONFIG": "/d", "REGISTRY_AUTH_FILE": "/r/auth.json", "XDG_RUNTIME_DIR": "/x"}

    assert list(map(str, config_paths(environ))) == [
        "/d/config.json", "/r/auth.json", "/x/containers/auth.json", "/h/.config/containers/auth.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"HOME": "/h"}, "/h/.docker/config.json"),
        ({"HOME": "/h", "DOCKER_CONFIG": "/d"}, "/d/config.json"),
        ({"HOME": "/h", "DOCKER_CONFIG": ""}, "/h/.docker/config.json"),
    ],
)
def test_the_file_that_is_written_is_dockers(environ: dict[str, str], path: str) -> None:
    assert str(docker_config_path(environ)) == path
    assert str(config_paths(environ)[0]) == path


def test_without_a_home_there_is_no_file_to_write() -> None:
    with pytest.raises(UnavailableError, match="neither HOME nor DOCKER_CONFIG"):
        docker_config_path({})


def test_a_login_cannot_be_printed_or_pickled(tmp_path: Path) -> None:
    config = loaded(
        tmp_path, json.dumps({"auths": {"r.example": {"auth": pair(f"user:{CANARY}"), "identitytoken": CANARY}}})
    )
    login = config.auths["r.example"]

    assert CANARY not in f"{config!r}{login!r}{login}{config.auths!r}"
    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(login)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="podman has such a folder on Linux alone")
def test_without_a_runtime_folder_podmans_logins_are_where_podman_keeps_them() -> None:
    uid = os.getuid()
    assert config_paths({"HOME": "/home/alice"}) == (
        Path("/home/alice/.docker/config.json"),
        Path(f"/run/containers/{uid}/auth.json"),
        Path("/home/alice/.config/containers/auth.json"),
    )
    assert Path("/run/user/1/containers/auth.json") in config_paths({"XDG_RUNTIME_DIR": "/run/user/1"})

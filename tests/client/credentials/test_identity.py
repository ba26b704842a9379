import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared_ecr.client.credentials.identity import SETTINGS, identity

CONFIG = """\
[default]
region = eu-west-1
[profile build]
role_arn = arn:aws:iam::111122223333:role/Build
source_profile = default
"""
CREDENTIALS = """\
[default]
aws_access_key_id = AKIAEXAMPLEEXAMPLE01
aws_secret_access_key = first
aws_session_token = second
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(CONFIG)
    (tmp_path / ".aws" / "credentials").write_text(CREDENTIALS)
    return tmp_path


def who(home: Path, machine: str = "here", **variables: str) -> str:
    return identity({"HOME": str(home), **variables}, machine)


def test_the_same_caller_is_the_same_in_every_process(home: Path) -> None:
    assert who(home) == who(home)


def test_it_is_a_name_for_a_file(home: Path) -> None:
    name = who(home)

    assert len(name) == 32
    assert set(name) <= set("0123456789abcdef")


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_that_chooses_credentials_is_another_caller(home: Path, name: str) -> None:
    assert who(home, **{name: "one"}) != who(home)
    assert who(home, **{name: "one"}) != who(home, **{name: "two"})


@pytest.mark.parametrize(
    "change",
    [
        {"AWS_SECRET_ACCESS_KEY": "x"},
        {"AWS_SESSION_TOKEN": "x"},
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "x"},
        {"AWS_REGION": "eu-west-1"},
        {"AWS_PAGER": "less"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_chooses_no_credentials_is_the_same_caller(home: Path, change: Mapping[str, str]) -> None:
    assert who(home, **change) == who(home)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("credentials", "AKIAEXAMPLEEXAMPLE01", "AKIAEXAMPLEEXAMPLE02"),
        ("config", "role/Build", "role/Deploy"),
        ("config", "source_profile = default", "sso_session = work"),
        ("config", "[profile build]", "[profile build2]"),
    ],
    ids=["key", "role", "source", "profile"],
)
def test_another_key_role_or_session_in_the_files_is_another_caller(home: Path, file: str, old: str, new: str) -> None:
    before = who(home)
    path = home / ".aws" / file
    path.write_text(path.read_text().replace(old, new))

    assert who(home) != before


@pytest.mark.parametrize("secret", ["first", "second"])
@pytest.mark.parametrize("spelling", ["{name} = {value}", "{name}={value}", "  {upper} =  {value}"])
def test_no_secret_of_the_files_is_looked_at(home: Path, secret: str, spelling: str) -> None:
    before = who(home)
    path = home / ".aws" / "credentials"
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines):
        name, _, value = line.partition(" = ")
        if value == secret:
            lines[number] = spelling.format(name=name, upper=name.upper(), value="third")
    path.write_text("\n".join(lines) + "\n")

    assert who(home) == before


def test_files_elsewhere_are_read_where_they_are(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(CREDENTIALS)
    before = who(home, AWS_SHARED_CREDENTIALS_FILE=str(elsewhere))
    elsewhere.write_text(CREDENTIALS.replace("01", "02"))

    assert who(home, AWS_SHARED_CREDENTIALS_FILE=str(elsewhere)) != before


def test_a_tilde_is_the_home_folder(home: Path) -> None:
    (home / "own").write_text(CREDENTIALS)
    before = who(home, AWS_SHARED_CREDENTIALS_FILE="~/own")
    (home / "own").write_text("")

    assert who(home, AWS_SHARED_CREDENTIALS_FILE="~/own") != before


def test_another_machine_with_the_same_home_is_another_caller(home: Path) -> None:
    assert who(home, "here") != who(home, "there")


def test_parts_do_not_run_into_each_other(home: Path) -> None:
    assert who(home, AWS_PROFILE="ab", AWS_DEFAULT_PROFILE="c") != who(home, AWS_PROFILE="a", AWS_DEFAULT_PROFILE="bc")


def test_a_home_without_files_has_an_identity(tmp_path: Path) -> None:
    assert who(tmp_path) == who(tmp_path)


def test_a_pipe_is_left_for_awss_sdk_to_read(home: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, CREDENTIALS.encode())
    os.close(writing)

    who(home, AWS_SHARED_CREDENTIALS_FILE=f"/dev/fd/{reading}")

    assert os.read(reading, 4096) == CREDENTIALS.encode()
    os.close(reading)


def test_what_is_no_text_is_read_all_the_same(home: Path) -> None:
    before = who(home)
    (home / ".aws" / "config").write_bytes(b"\xff\x00\xfe")

    assert who(home) != before

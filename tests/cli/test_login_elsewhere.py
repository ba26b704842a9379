import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.user import HOST, User, new_user
from client.fake_registry import FakeRegistry
from client.faults import Reply
from client.stand_in import Answer
from shared_ecr.client.credentials.docker_config import DOCKER_HUB_KEY, DockerConfig, StoredLogin

PASSWORD = "canary-d81c46aa"


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with FakeRegistry() as registry:
        registry.manners.passwords = {PASSWORD}
        yield registry


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    return new_user(tmp_path, monkeypatch)


def arguments(host: object, name: str = "alice") -> tuple[str, ...]:
    return "login", str(host), "--username", name, "--password-stdin"


def test_a_login_that_the_registry_accepts_is_kept_and_its_host_printed(user: User, registry: FakeRegistry) -> None:
    outcome = user.types(*arguments(registry.host), stdin=f"{PASSWORD}\n")

    assert (outcome.code, outcome.stdout) == (0, f"{registry.host}\n")
    assert f"the login of alice to {registry.host} is stored in {user.config}" in outcome.stderr
    assert DockerConfig.load(user.config).login_of(str(registry.host)) == StoredLogin("alice", PASSWORD)
    assert user.config.stat().st_mode & 0o777 == 0o600


def test_a_bearer_registry_is_tried_at_its_token_service(user: User, registry: FakeRegistry) -> None:
    registry.manners.challenge = f'Bearer realm="{registry.url}/token",service="fake"'

    assert user.types(*arguments(registry.host), stdin=PASSWORD).code == 0
    assert registry.count("GET", "/token") == 1


def test_a_login_that_is_refused_is_not_kept(user: User, registry: FakeRegistry) -> None:
    outcome = user.types(*arguments(registry.host), stdin="canary-wrong")

    assert (outcome.code, outcome.stdout) == (4, "")
    assert f"{registry.host} does not accept this user name and password" in outcome.stderr
    assert not user.config.exists()


def test_a_login_that_no_one_asked_for_is_kept_with_a_warning(user: User, registry: FakeRegistry) -> None:
    registry.manners.passwords = None

    outcome = user.types(*arguments(registry.host), stdin=PASSWORD)

    assert outcome.code == 0
    assert f"warning: {registry.host} asked for no login" in outcome.stderr
    assert registry.count("GET") == 1


def test_what_is_no_registry_is_shown(user: User, registry: FakeRegistry) -> None:
    registry.fail("GET", "/v2/", Reply(404, (), b"<html><title>404 nginx</title>"), times=9)

    outcome = user.types(*arguments(registry.host), stdin=PASSWORD)

    assert (outcome.code, outcome.stdout) == (4, "")
    assert "answers 404 where a registry says its version: a web page, '404 nginx'; check the host" in outcome.stderr


def test_a_repository_means_its_registry(user: User, registry: FakeRegistry) -> None:
    assert user.types(*arguments(f"{registry.host}/team/app"), stdin=PASSWORD).stdout == f"{registry.host}\n"


def test_the_password_is_printed_nowhere_and_kept_in_one_place(user: User, registry: FakeRegistry) -> None:
    outcome = user.types("--verbose", *arguments(registry.host), stdin=PASSWORD)

    assert PASSWORD not in outcome.stdout + outcome.stderr
    assert user.stand_ins.left_behind(PASSWORD) == []


def test_a_program_that_keeps_logins_is_given_it_in_place_of_the_file(user: User, registry: FakeRegistry) -> None:
    user.stand_ins.install("docker-credential-pass")
    user.has(user.config, {"credsStore": "pass", "auths": {str(registry.host): {"auth": "b2xkOm9uZQ=="}}})

    outcome = user.types(*arguments(registry.host), stdin=PASSWORD)

    (call,) = user.calls("docker-credential-pass")
    assert "is stored in docker-credential-pass\n" in outcome.stderr
    assert (call.arguments, json.loads(call.stdin)) == (
        ["store"],
        {"ServerURL": str(registry.host), "Username": "alice", "Secret": PASSWORD},
    )
    assert user.held() == {"credsStore": "pass"}
    assert PASSWORD not in "".join(call.environ.values())


@pytest.mark.parametrize("echo", ["stdout", "stderr"])
def test_a_program_that_fails_is_shown_without_the_password(user: User, registry: FakeRegistry, echo: str) -> None:
    user.stand_ins.install("docker-credential-pass")
    user.stand_ins.answer(Answer("store", **{echo: "locked: STDIN"}, code=1))  # type: ignore[arg-type]  # one of the texts
    user.has(user.config, {"credsStore": "pass"})

    outcome = user.types(*arguments(registry.host), stdin=PASSWORD)

    assert (outcome.code, outcome.stdout) == (3, "")
    assert f"docker-credential-pass, which {user.config} names, failed to store: locked" in outcome.stderr
    assert PASSWORD not in outcome.stderr


@pytest.mark.parametrize("name", ["absent", "../pass", "a/b"])
def test_a_program_that_is_not_there_is_shown(user: User, registry: FakeRegistry, name: str) -> None:
    user.has(user.config, {"credHelpers": {str(registry.host): name}})

    outcome = user.types(*arguments(registry.host), stdin=PASSWORD)

    assert outcome.code == 3
    assert "is not on PATH" in outcome.stderr


def test_docker_hubs_login_is_where_docker_looks_for_it(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared_ecr.client.logins.checking.accepts", lambda *_: True)

    assert user.types(*arguments("docker.io"), stdin=PASSWORD).stdout == "docker.io\n"
    assert list(user.held()["auths"]) == [DOCKER_HUB_KEY]


@pytest.mark.parametrize(
    ("typed", "stdin", "said"),
    [
        (("login", "registry.example", "--username", "u"), PASSWORD, "no terminal to ask for the password"),
        (("login", "registry.example", "-u", "u"), PASSWORD, "add --password-stdin"),
        (("login", "registry.example", "--password-stdin"), PASSWORD, "needs --username NAME"),
        (("login", "--username", "u", "--password-stdin"), PASSWORD, "0 are named"),
        (("login", "a.example", "b.example", "--username", "u", "--password-stdin"), PASSWORD, "2 are named"),
        (arguments("registry.example", ""), PASSWORD, "it is empty"),
        (arguments("registry.example", "\u200b"), PASSWORD, "is not a user name"),
        (arguments("registry.example", "canary:u"), PASSWORD, "is not a user name"),
        (arguments("registry.example"), "", "no password"),
        (arguments("registry.example"), "\n", "no password"),
        (arguments("registry.example"), f"{PASSWORD}\nmore\n", "has several lines"),
        ((*arguments("registry.example"), "--engine", "docker"), PASSWORD, "leave out --engine"),
        ((*arguments("registry.example"), "--region", "us-east-1"), PASSWORD, "leave out --region"),
        (arguments(HOST), PASSWORD, "accepts only tokens of AWS"),
        (arguments("public.ecr.aws"), PASSWORD, "accepts only tokens of AWS"),
        (arguments(f"{HOST}.attacker.example"), PASSWORD, "looks like a host of ECR"),
        (arguments("https://registry.example"), PASSWORD, "has a scheme"),
        (("login", "registry.example"), "", "with --username"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anyone_is_asked(
    user: User, typed: tuple[str, ...], stdin: str, said: str
) -> None:
    outcome = user.types(*typed, stdin=stdin)

    assert (outcome.code, outcome.stdout) == (2, "")
    assert said in outcome.stderr
    assert PASSWORD not in outcome.stderr
    assert not user.config.exists()


def test_a_registry_that_cannot_be_reached_is_shown(user: User) -> None:
    outcome = user.types(*arguments("127.0.0.1:1"), stdin=PASSWORD)

    assert (outcome.code, user.config.exists()) == (3, False)


_AT_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from shared_ecr.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_at_a_terminal_the_password_is_asked_for_and_not_shown(user: User, registry: FakeRegistry) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _AT_TERMINAL, "login", str(registry.host), "-u", "alice"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    os.close(theirs)
    asked = b""
    while b"Password of alice" not in asked:
        asked += os.read(ours, 1024)
    os.write(ours, f"{PASSWORD}\n".encode())
    stdout, stderr = process.communicate(timeout=60)
    os.close(ours)

    assert (process.returncode, stdout) == (0, f"{registry.host}\n")
    assert PASSWORD not in asked.decode() + stderr
    assert DockerConfig.load(user.config).login_of(str(registry.host)) == StoredLogin("alice", PASSWORD)


def test_the_result_of_a_login_can_be_json(user: User, registry: FakeRegistry) -> None:
    outcome = user.types(*arguments(registry.host), "-o", "json", stdin=PASSWORD)

    assert json.loads(outcome.stdout) == {"registries": [{"host": str(registry.host), "expires_at": None}]}

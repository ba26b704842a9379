"""The first mistakes of a new user: each is answered with what is wrong and what to do, and costs no upload."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from cli.user import User, new_user
from client.fake_registry import FakeRegistry
from client.images import image, write_layout
from client.stand_in import Answer

HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    user = new_user(tmp_path, monkeypatch)
    write_layout(tmp_path / "app", image())
    return user


@pytest.fixture
def registry(user: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    """A registry that answers for every name that is not refused before."""
    with FakeRegistry() as registry:
        monkeypatch.setenv("SHARED_ECR_REGISTRY_ENDPOINT", registry.url)
        yield registry


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (f"{HOST.replace('amazonaws', 'amazonwas')}/team/app:1", HOST),
        (f"{HOST.replace('dkr.ecr', 'ecr.dkr')}/team/app:1", "dkr.ecr"),
        (f"{HOST.replace('us-east-1', 'us-east1')}/team/app:1", "us-east-1"),
        (f"{HOST.replace('111122223333', '11112222333')}/team/app:1", "11 digits|12 digits"),
    ],
)
def test_a_host_that_only_looks_like_one_of_ecr_is_sent_nothing(
    registry: FakeRegistry, typed: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_: object, **__: object) -> object:
        raise AssertionError("a host was asked")

    monkeypatch.setattr("socket.create_connection", connect)
    done = shared_ecr("push", "app", typed)
    assert done.code == 2
    assert any(part in done.stderr for part in said.split("|")), done.stderr
    assert registry.seen == []


@pytest.mark.usefixtures("user")
def test_a_host_that_does_not_exist_is_named() -> None:
    # A name that no resolver knows. https://www.rfc-editor.org/rfc/rfc6761#section-6.4
    done = shared_ecr("push", "app", "ghrc.invalid/team/app:1")
    assert done.code == 3
    assert "ghrc.invalid cannot be reached: " in done.stderr


def test_a_daemon_that_does_not_run_is_named_with_what_needs_none(user: User, registry: FakeRegistry) -> None:
    user.stand_ins.install("docker")
    user.stand_ins.answer(
        Answer(
            "inspect", code=1, stderr="Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it up?"
        )
    )
    done = shared_ecr("push", "todobackend:1", f"{registry.host}/team/app:1")
    assert done.code == 3
    assert "Cannot connect to the Docker daemon" in done.stderr
    assert "archive" in done.stderr
    assert registry.count("POST") == 0

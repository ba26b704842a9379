"""podman keeps logins for a part of a registry: `podman login quay.io/team`."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from cli.user import User, new_user
from client.fake_registry import FakeRegistry
from client.images import image, write_layout

RIGHT, WRONG = "canary-right", "canary-wrong"


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    return new_user(tmp_path, monkeypatch)


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with FakeRegistry() as registry:
        registry.manners.passwords = {RIGHT}
        yield registry


def entry(password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"alice:{password}".encode()).decode()}


def pushes(user: User, registry: FakeRegistry, repository: str, logins: dict[str, str]) -> bool:
    user.has(user.podmans, {"auths": {f"{registry.host}{path}": entry(password) for path, password in logins.items()}})
    layout = write_layout(user.home / "app", image()) if not (user.home / "app").exists() else user.home / "app"
    return shared_ecr("push", layout, f"{registry.host}/{repository}:1").code == 0


@pytest.mark.parametrize("path", ["/team", "/team/app"])
def test_a_login_for_a_part_of_the_registry_is_used_there_before_that_for_the_host(
    user: User, registry: FakeRegistry, path: str
) -> None:
    assert pushes(user, registry, "team/app", {path: RIGHT, "": WRONG})


def test_the_longest_part_wins(user: User, registry: FakeRegistry) -> None:
    assert pushes(user, registry, "team/app", {"/team/app": RIGHT, "/team": WRONG})


@pytest.mark.parametrize("repository", ["other/app", "teams/app", "team-b/app"])
def test_it_is_used_nowhere_else(user: User, registry: FakeRegistry, repository: str) -> None:
    assert not pushes(user, registry, repository, {"/team": RIGHT})


def test_a_pull_uses_it_too(user: User, registry: FakeRegistry) -> None:
    assert pushes(user, registry, "team/app", {"/team": RIGHT})
    assert shared_ecr("pull", f"{registry.host}/team/app:1", user.home / "pulled").code == 0
    assert shared_ecr("inspect", f"{registry.host}/team/app:1").code == 0

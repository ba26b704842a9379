"""What a push costs over the whole road, from a repository's name to its digest: login, looks, and nothing twice."""

from pathlib import Path

import pytest

from client.images import image, write_layout
from client.push.world import FRANKFURT, World


@pytest.fixture
def pushed(world: World, tmp_path: Path) -> Path:
    """An image that is pushed already; what that cost is forgotten."""
    layout = write_layout(tmp_path / "pushed", image())
    world.push((layout, f"{FRANKFURT}/team/app:1"))
    world.registry.seen.clear()
    world.aws.calls.clear()
    return layout


def asked_of_aws(world: World) -> list[str]:
    return sorted(name for name, _ in world.aws.calls)


def test_a_push_with_nothing_to_do_takes_three_round_trips(world: World, pushed: Path) -> None:
    world.push((pushed, f"{FRANKFURT}/team/app:1"))
    assert asked_of_aws(world) == ["DescribeRepositories", "GetAuthorizationToken"]
    assert world.registry.lines == ["HEAD /v2/team/app/manifests/1"]


def test_each_further_tag_takes_one_more(world: World, pushed: Path) -> None:
    world.push((pushed, f"{FRANKFURT}/team/app:1:2"))
    world.registry.seen.clear()
    world.aws.calls.clear()
    world.push((pushed, f"{FRANKFURT}/team/app:1:2"))
    assert len(world.aws.calls) + len(world.registry.seen) == 4


def test_one_login_serves_every_push_of_a_run(world: World, pushed: Path) -> None:
    world.push(*((pushed, f"{FRANKFURT}/team/app-{number}:1") for number in range(6)))
    assert asked_of_aws(world).count("GetAuthorizationToken") == 1

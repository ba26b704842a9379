"""`copy --gate` and `tag --gate`: nothing is written of an image that the gate stops."""

import time
from typing import Any

import pytest

from client.images import image, index
from local.registry_caller import client
from local.scan_world import ScanWorld, basic, basic_finding, new_seed, status

VULNERABLE = basic(basic_finding(severity="CRITICAL"))


@pytest.fixture
def target(world: ScanWorld) -> str:
    name = f"{world.repository}-prod"
    world.ecr.create_repository(repositoryName=name)
    return name


def address(world: ScanWorld, name: str) -> str:
    return f"{world.aws.account}.dkr.ecr.{world.aws.region}.amazonaws.com/{name}"


def images(world: ScanWorld, name: str) -> list[dict[str, Any]]:
    with client(world.aws, "ecr") as ecr:
        found: list[dict[str, Any]] = ecr.describe_images(repositoryName=name)["imageDetails"]
        return found


def tags(world: ScanWorld, name: str) -> set[str]:
    return {tag for each in images(world, name) for tag in each.get("imageTags", ())}


def copy(world: ScanWorld, target: str, *options: str) -> int:
    return world.types("copy", f"{world.repository}:1", address(world, target), *options).code


@pytest.mark.parametrize(
    ("look", "code"), [(VULNERABLE, 1), (status("UNSUPPORTED_IMAGE"), 1), (status("IN_PROGRESS"), 3)]
)
def test_nothing_is_copied_of_an_image_that_the_gate_stops(
    world: ScanWorld, digest: str, target: str, look: Any, code: int
) -> None:
    world.shows(digest, look)
    assert copy(world, target, "--gate", "critical", "--wait", "0s") == code
    assert images(world, target) == []


def test_an_image_that_passes_is_copied(world: ScanWorld, digest: str, target: str) -> None:
    world.shows(digest, basic(basic_finding(severity="HIGH")))
    assert copy(world, target, "--gate", "critical") == 0
    assert tags(world, target) == {"1"}


@pytest.mark.parametrize(
    ("look", "code"), [(VULNERABLE, 1), (status("UNSUPPORTED_IMAGE"), 1), (status("IN_PROGRESS"), 3)]
)
def test_no_tag_is_set_on_an_image_that_the_gate_stops(world: ScanWorld, digest: str, look: Any, code: int) -> None:
    world.shows(digest, look)
    done = world.types("tag", f"{world.repository}:1", "stable", "newest", "--gate", "critical", "--wait", "0s")
    assert done.code == code
    assert "nothing was written" in done.stderr
    assert tags(world, world.repository) == {"1"}


def test_an_image_that_passes_gets_its_tags(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic())
    assert world.types("tag", f"{world.repository}:1", "stable", "--gate", "high").code == 0
    assert tags(world, world.repository) == {"1", "stable"}


def test_the_platform_that_is_copied_is_the_one_that_is_judged(world: ScanWorld, target: str) -> None:
    clean, other = image(seed=new_seed()), image(seed=new_seed())
    world.holds(index(clean, other), "1")
    world.shows(clean.root, basic())
    world.shows(other.root, VULNERABLE)
    codes = [copy(world, target, "--gate", "high", *more) for more in ((), ("--platform", "linux/amd64"))]
    assert codes == [1, 0]


def test_of_all_tags_those_that_pass_are_copied(world: ScanWorld, digest: str, target: str) -> None:
    world.shows(digest, VULNERABLE)
    other = world.holds(image(seed=new_seed()), "2")
    world.shows(other, basic())
    done = world.types("copy", world.repository, address(world, target), "--all-tags", "--gate", "high")
    assert (done.code, tags(world, target)) == (1, {"2"})


def test_a_tag_that_may_not_move_is_refused_before_the_gate_waits(world: ScanWorld, digest: str) -> None:
    world.holds(image(seed=new_seed()), "2")
    world.ecr.put_image_tag_mutability(repositoryName=world.repository, imageTagMutability="IMMUTABLE")
    world.shows(digest, status("IN_PROGRESS"))
    assert world.types("tag", f"{world.repository}:1", "2", "--gate", "high", "--wait", "1h").code == 4


def test_a_copy_that_the_target_refuses_is_refused_before_the_gate_waits(
    world: ScanWorld, digest: str, target: str
) -> None:
    world.shows(digest, basic())
    assert copy(world, target, "--gate", "high") == 0
    world.ecr.put_image_tag_mutability(repositoryName=target, imageTagMutability="IMMUTABLE")
    other = world.holds(image(seed=new_seed()), "1")
    world.shows(other, status("IN_PROGRESS"))
    assert copy(world, target, "--gate", "high", "--wait", "1h") == 4


@pytest.mark.parametrize("option", ["--wait=1m", "--unscanned=ok", "--unfixed=ignore", "--allow=allowed.yaml"])
def test_an_option_of_the_gate_without_a_gate_is_refused(world: ScanWorld, option: str) -> None:
    done = world.types("tag", f"{world.repository}:1", "stable", option)
    assert done.code == 2
    assert "--gate" in done.stderr


def test_nothing_is_copied_when_the_wait_is_interrupted(
    world: ScanWorld, digest: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    world.shows(digest, status("IN_PROGRESS"))
    monkeypatch.setattr(time, "sleep", interrupt)
    assert copy(world, target, "--gate", "high") == 130
    assert images(world, target) == []


def test_a_tag_that_moves_while_the_gate_waits_is_not_the_image_that_is_copied(
    world: ScanWorld, digest: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = image(seed=new_seed())
    world.shows(digest, status("IN_PROGRESS"), basic())
    world.shows(other.root, VULNERABLE)
    monkeypatch.setattr(time, "sleep", lambda _: world.holds(other, "1"))
    assert copy(world, target, "--gate", "high") == 0
    assert {each["imageDigest"] for each in images(world, target)} == {digest}
    assert world.names("1") == other.root


def test_a_gate_and_a_dry_run_say_whether_the_copy_would_be_stopped(world: ScanWorld, digest: str, target: str) -> None:
    world.shows(digest, VULNERABLE)
    assert copy(world, target, "--gate", "high", "--dry-run") == 1

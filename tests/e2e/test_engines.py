"""The command with a real container engine, against the embedded AWS: login, push, push again, pull."""

import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from e2e.road import Done, Road

REPOSITORY = "docker-in-aws/todobackend-release"
pytestmark = [pytest.mark.slow, pytest.mark.real, pytest.mark.xdist_group("engines")]


@pytest.fixture(scope="module")
def environment(road: Road) -> Mapping[str, str]:
    """An environment in which podman has a store of its own."""
    if not shutil.which("podman"):
        pytest.skip("podman is not installed")
    deployed = road.cdk("deploy", "--all", "--require-approval", "never")
    assert deployed.code == 0, deployed.stderr
    storage = road.folder / "storage.conf"
    storage.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{road.folder}/images"\nrunroot = "{road.folder}/run"\n',
        encoding="utf-8",
    )
    (road.folder / "home").mkdir()
    return road.environment(
        CONTAINERS_STORAGE_CONF=str(storage),
        HOME=str(road.folder / "home"),
        XDG_RUNTIME_DIR=str(road.folder / "home"),
        REGISTRY_AUTH_FILE=str(road.folder / "home/auth.json"),
    )


@pytest.fixture(scope="module")
def pushed(road: Road, environment: Mapping[str, str]) -> Done:
    layer = road.folder / "root.tar"
    with tarfile.open(layer, "w") as archive:
        archive.addfile(tarfile.TarInfo("hello"))
    imported = road.run("podman", "import", layer, "local/todobackend:v1", environment=environment)
    assert imported.code == 0, imported.stderr
    return push(road, environment)


def push(road: Road, environment: Mapping[str, str]) -> Done:
    command = ("shared-ecr", "push", "local/todobackend:v1", f"{REPOSITORY}:v1", "--engine", "podman")
    return road.run(*command, environment=environment)


def test_an_image_of_an_engine_is_pushed_and_named_by_digest(road: Road, pushed: Done) -> None:
    assert pushed.code == 0, pushed.stderr
    (held,) = road.ecr().describe_images(repositoryName=REPOSITORY)["imageDetails"]
    assert pushed.stdout.strip().endswith(f"{REPOSITORY}@{held['imageDigest']}")


def test_a_push_leaves_no_login_behind(road: Road, pushed: Done) -> None:
    assert pushed.code == 0
    assert not (road.folder / "home/auth.json").exists()


def test_the_same_image_of_an_engine_is_done_at_once(road: Road, environment: Mapping[str, str], pushed: Done) -> None:
    again = push(road, environment)
    assert (again.code, again.stdout) == (0, pushed.stdout)
    assert "already" in again.stderr


@pytest.mark.usefixtures("pushed")
def test_an_image_is_pulled_into_the_engine(road: Road, environment: Mapping[str, str], pushed: Done) -> None:
    command = ("shared-ecr", "pull", f"{REPOSITORY}:v1", "--engine", "podman")
    pulled = road.run(*command, environment=environment)
    assert (pulled.code, pulled.stdout) == (0, pushed.stdout), pulled.stderr


def test_a_login_is_written_where_the_engine_keeps_it(
    road: Road, environment: Mapping[str, str], tmp_path: Path
) -> None:
    own = {**environment, "REGISTRY_AUTH_FILE": str(tmp_path / "auth.json")}
    done = road.run("shared-ecr", "login", "--engine", "podman", environment=own)
    assert (done.code, done.stdout) == (0, "111111111111.dkr.ecr.us-east-1.amazonaws.com\n"), done.stderr
    assert (tmp_path / "auth.json").stat().st_mode & 0o077 == 0

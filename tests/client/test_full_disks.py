"""A disk that is really full: a mebibyte in memory. Where none can be mounted, ENOSPC is injected by other tests."""

import gzip
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.command_line import Outcome, shared_ecr
from client.fake_registry import FakeRegistry
from client.images import digest_of, image, noise, write_archive, write_layout
from client.pushing import Bench

BUILT = image([noise(3_000_000), b"small"])
HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for one mebibyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True)
    except OSError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Someone with an empty home, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DOCKER_CONFIG", "XDG_RUNTIME_DIR", "REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with FakeRegistry() as registry:
        yield registry


def no_room(outcome: Outcome) -> bool:
    return outcome.code == 3 and any(word in outcome.stderr for word in ("No space left on device", "disk is full"))


def test_a_pull_that_finds_no_room_leaves_nothing_half_written_and_goes_on_elsewhere(
    registry: FakeRegistry, disk: Path, user: Path
) -> None:
    Bench(registry).push(write_layout(user / "layout", BUILT))
    name = f"{registry.host}/team/app:1.0"
    assert no_room(shared_ecr("pull", name, disk / "pulled"))
    written = list((disk / "pulled" / "blobs" / "sha256").iterdir())
    assert [digest_of(path.read_bytes()) for path in written] == [f"sha256:{path.name}" for path in written]
    assert not (disk / "pulled" / "index.json").exists()
    assert shared_ecr("pull", name, user / "pulled").code == 0


def test_a_packed_archive_that_finds_no_room_to_be_unpacked_sends_nothing_and_leaves_nothing(
    registry: FakeRegistry, disk: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = user / "app.tar.gz"
    archive.write_bytes(gzip.compress(write_archive(user / "app.tar", BUILT).read_bytes(), 1))
    monkeypatch.setattr("tempfile.tempdir", str(disk))
    outcome = shared_ecr("push", archive, f"{registry.host}/team/app:1.0")
    assert no_room(outcome)
    assert "TMPDIR names another folder" in outcome.stderr
    assert {seen.method for seen in registry.seen} <= {"HEAD", "GET"}
    assert list(disk.iterdir()) == []


def test_a_configuration_that_finds_no_room_stays_as_it_was(
    disk: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(disk))
    before = json.dumps({"auths": {f"host-{number}.example": {"auth": "eDp5"} for number in range(200)}})
    (disk / "config.json").write_text(before)
    with (disk / "all of it").open("wb", buffering=0) as file:
        file.write(bytes(2_000_000))
    assert no_room(shared_ecr("login", "--credential-helper", HOST))
    assert (disk / "config.json").read_text() == before
    assert sorted(path.name for path in disk.iterdir() if "lock" not in path.name) == ["all of it", "config.json"]

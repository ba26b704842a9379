import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_ecr.client.credentials import docker_config_edits, private_files
from shared_ecr.client.credentials.docker_config import DockerConfig, StoredLogin
from shared_ecr.client.credentials.docker_config_edits import (
    change,
    forget_logins,
    forget_our_helper,
    keep_login,
    use_our_helper,
)
from shared_ecr.findings.errors import UnavailableError

ROOT = Path(__file__).parents[3]
HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
CANARY = "canary-c3d9a115"
WRITERS = 20
# Docker's own file has such keys, and no one may reorder or lose them.
USERS = {
    "zebra": [1, {"b": 1, "a": None}],
    "auths": {"old.example": {"auth": "b2xkOmxvZ2lu", "email": "o@example"}},
    "HttpHeaders": {"User-Agent": "ü"},
    "currentContext": "far",
    "apple": 1.5,
    "half a character": "\ud800",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / ".docker" / "config.json"
    path.parent.mkdir()
    path.write_text(json.dumps(USERS))
    return path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for next to nothing."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def left_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_login_is_written_as_docker_writes_it(path: Path) -> None:
    keep_login(path, "registry.example", "user", "pass:word")

    assert DockerConfig.load(path).login_of("registry.example") == StoredLogin("user", "pass:word")


def test_everything_else_is_kept_in_its_order(path: Path) -> None:
    use_our_helper(path, [HOST])

    document = json.loads(path.read_text())
    assert document.pop("credHelpers") == {HOST: "shared-ecr"}
    assert json.dumps(document) == json.dumps(USERS)


def test_the_file_is_closed_to_others_even_where_it_was_open(path: Path) -> None:
    path.chmod(0o644)

    keep_login(path, "registry.example", "user", CANARY)

    assert mode(path) == 0o600


def test_a_missing_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / ".docker" / "config.json"

    keep_login(path, "registry.example", "user", CANARY)

    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_nothing_is_left_beside_the_file(path: Path) -> None:
    keep_login(path, "registry.example", "user", CANARY)

    assert left_in(path.parent) == ["config.json"]


def test_a_symbolic_link_stays_and_its_target_is_changed(path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target = path.rename(tmp_path / "elsewhere" / "real.json")
    path.symlink_to(target)

    keep_login(path, "registry.example", "user", "pass")

    assert path.is_symlink()
    assert "registry.example" in target.read_text()
    assert mode(target) == 0o600


def test_a_link_in_a_circle_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.symlink_to(path)

    with pytest.raises(UnavailableError, match="leads nowhere"):
        keep_login(path, "registry.example", "user", "pass")


@pytest.mark.parametrize("content", ['{"auths": {', "[]", '{"auths": []}', '{"auths": "x", "credHelpers": 1}'])
def test_a_broken_file_is_never_written_over(path: Path, content: str) -> None:
    path.write_text(content)

    with pytest.raises(UnavailableError):
        keep_login(path, "registry.example", "user", CANARY)
    assert path.read_text() == content
    assert left_in(path.parent) == ["config.json"]


def test_a_change_that_changes_nothing_writes_nothing(path: Path) -> None:
    use_our_helper(path, [HOST])
    before = path.stat().st_ino

    assert not use_our_helper(path, [HOST])
    assert path.stat().st_ino == before


def test_taking_out_what_is_not_there_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / ".docker" / "config.json"

    assert not forget_logins(path, [HOST])
    assert not path.parent.exists()


def test_a_login_is_taken_out_under_every_spelling(path: Path) -> None:
    for key in (HOST, f"https://{HOST}", f"https://{HOST}/v2/", "other.example"):
        keep_login(path, key, "user", "pass")

    assert forget_logins(path, [HOST])
    assert set(DockerConfig.load(path).auths) == {"old.example", "other.example"}


def test_the_last_entry_takes_its_part_along(path: Path) -> None:
    use_our_helper(path, [HOST])

    assert forget_our_helper(path, [HOST])
    assert json.dumps(json.loads(path.read_text())) == json.dumps(USERS)


def test_another_helper_is_not_taken_out(path: Path) -> None:
    change(path, lambda document: document.update(credHelpers={HOST: "ecr-login"}))

    assert not forget_our_helper(path, [HOST])


def test_a_full_disk_is_shown_and_nothing_is_lost(small_disk: Path) -> None:
    path = small_disk / "config.json"
    path.write_text(json.dumps(USERS))

    with pytest.raises(UnavailableError, match="the disk is full; nothing was changed"):
        keep_login(path, "registry.example", "user", CANARY * 1000)
    assert json.loads(path.read_text()) == USERS
    assert left_in(small_disk) == ["config.json"]


def test_a_read_only_disk_is_shown(small_disk: Path) -> None:
    (small_disk / "config.json").write_text(json.dumps(USERS))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    with pytest.raises(UnavailableError, match="the file system is read-only; nothing was changed"):
        keep_login(small_disk / "config.json", "registry.example", "user", CANARY)


def test_what_a_killed_writer_left_behind_is_taken_away(path: Path) -> None:
    left = path.parent / ".config.json.shared-ecr-x1"
    left.write_text(CANARY)

    keep_login(path, "registry.example", "user", "pass")

    assert not left.exists()


def test_what_docker_writes_in_between_is_not_lost(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, dockers = private_files.replace_file, [{"docker.example": {"auth": "YTpi"}}]

    def replace(path: Path, content: bytes, unchanged: object) -> bool:
        if dockers:
            document = json.loads(path.read_text())
            document["auths"] |= dockers.pop()
            other = path.with_name("docker's")
            other.write_text(json.dumps(document))
            other.replace(path)
        return real(path, content, unchanged)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(docker_config_edits, "replace_file", replace)

    keep_login(path, "registry.example", "user", "pass")

    assert set(DockerConfig.load(path).auths) == {"old.example", "docker.example", "registry.example"}


KILLED = """
import sys
from pathlib import Path
from shared_ecr.client.credentials.docker_config_edits import keep_login
print("writing", flush=True)
number = 0
while True:
    number += 1
    keep_login(Path(sys.argv[1]), "killed.example", f"user {number}", "pass" * 1000)
"""


def test_a_writer_that_is_killed_leaves_a_whole_file(path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    for seed in range(10):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, env=environ) as writer:
            assert writer.stdout
            writer.stdout.readline()
            # Long enough for a few rounds, and never at the same point of one.
            time.sleep(random.Random(seed).uniform(0.0, 0.02))
            writer.kill()
        assert "old.example" in DockerConfig.load(path).auths

    keep_login(path, "registry.example", "user", "pass")
    assert left_in(path.parent) == ["config.json"]


WRITER = """
import sys
from pathlib import Path
from shared_ecr.client.credentials.docker_config_edits import forget_logins, keep_login, use_our_helper
path, name = Path(sys.argv[1]), sys.argv[2]
sys.stdin.read()
for turn in range(5):
    keep_login(path, f"{name}.{turn}.example", "user", "pass")
    use_our_helper(path, [f"{name}.{turn}.helper"])
forget_logins(path, [f"{name}.0.example"])
"""


def test_twenty_processes_at_once_lose_no_entry(path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(path)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [
        subprocess.Popen([*command, f"w{number}"], stdin=subprocess.PIPE, env=environ) for number in range(WRITERS)
    ]
    # All have started and wait for their input to end; they begin together.
    for writer in writers:
        assert writer.stdin
        writer.stdin.close()
    assert [writer.wait(timeout=60) for writer in writers] == [0] * WRITERS

    config = DockerConfig.load(path)
    names = [f"w{number}.{turn}" for number in range(WRITERS) for turn in range(5)]
    assert set(config.auths) == {"old.example", *(f"{name}.example" for name in names if not name.endswith(".0"))}
    assert set(config.cred_helpers) == {f"{name}.helper" for name in names}
    assert mode(path) == 0o600
    assert left_in(path.parent) == ["config.json"]

import os
import time
from pathlib import Path

import pytest

from shared_ecr.client.distribution import atomic_files
from shared_ecr.client.distribution.atomic_files import PREFIX, AtomicFiles, sweep
from shared_ecr.client.http.workers import StoppedError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    with AtomicFiles().file(tmp_path / "a") as file:
        file.write(b"whole")
        assert "a" not in names(tmp_path)
    assert (names(tmp_path), (tmp_path / "a").read_bytes()) == (["a"], b"whole")


def test_a_file_that_is_broken_off_vanishes_and_what_had_its_name_stays(tmp_path: Path) -> None:
    def write() -> None:
        with AtomicFiles().file(tmp_path / "a") as file:
            file.write(b"half")
            raise ValueError("broken")

    (tmp_path / "a").write_bytes(b"before")
    with pytest.raises(ValueError, match="broken"):
        write()
    assert (names(tmp_path), (tmp_path / "a").read_bytes()) == (["a"], b"before")


def test_what_is_abandoned_is_gone_though_its_thread_does_not_come_back(tmp_path: Path) -> None:
    files = AtomicFiles()

    def write() -> None:
        with files.file(tmp_path / "a"):
            files.abandon()
            assert names(tmp_path) == []

    with pytest.raises(FileNotFoundError):
        write()
    assert names(tmp_path) == []


def test_after_the_end_nothing_begins(tmp_path: Path) -> None:
    files = AtomicFiles()
    files.abandon()
    with pytest.raises(StoppedError), files.file(tmp_path / "a"):
        pass
    assert names(tmp_path) == []


def test_what_a_killed_program_left_is_swept_and_what_another_writes_is_not(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}left").write_bytes(b"half")
    (tmp_path / "of-others").touch()
    with AtomicFiles().file(tmp_path / "a") as file:
        sweep(tmp_path)
        file.write(b"whole")
    assert names(tmp_path) == ["a", "of-others"]


def test_what_is_no_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    (tmp_path / f"{PREFIX}link").symlink_to("kept")
    sweep(tmp_path)
    assert "kept" in names(tmp_path)


def test_a_file_that_was_swept_before_it_was_locked_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def lock(descriptor: int, *, wait: bool = False) -> bool:
        if not begun:
            (path,) = tmp_path.iterdir()
            path.unlink()
        begun.append(descriptor)
        return True

    monkeypatch.setattr("shared_ecr.client.distribution.atomic_files._lock", lock)
    with AtomicFiles().file(tmp_path / "a") as file:
        file.write(b"whole")
    assert (len(begun), names(tmp_path)) == (2, ["a"])


def is_open(path: Path) -> bool:
    here = Path("/proc/self/fd")
    return any(os.path.realpath(each) == str(path.resolve()) for each in here.iterdir())


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse what Windows refuses: another name for a file that is open, and its removal."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("which files are open is read from /proc")
    replace, unlink = Path.replace, Path.unlink

    def replace_closed(path: Path, target: Path) -> Path:
        if is_open(path):
            raise PermissionError(13, "The process cannot access the file because it is being used", str(path))
        return replace(path, target)

    def unlink_closed(path: Path, missing_ok: bool = False) -> None:  # noqa: FBT001, FBT002 — as pathlib has it
        if is_open(path):
            raise PermissionError(13, "The process cannot access the file because it is being used", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "replace", replace_closed)
    monkeypatch.setattr(Path, "unlink", unlink_closed)
    monkeypatch.setattr(atomic_files, "MOVES_OPEN_FILES", False)


@pytest.mark.usefixtures("windows")
def test_where_an_open_file_gets_no_name_it_is_closed_before(tmp_path: Path) -> None:
    with AtomicFiles().file(tmp_path / "a") as file:
        file.write(b"whole")
    assert (names(tmp_path), (tmp_path / "a").read_bytes()) == (["a"], b"whole")


@pytest.mark.usefixtures("windows")
def test_where_an_open_file_cannot_be_removed_it_is_removed_after_it_was_closed(tmp_path: Path) -> None:
    def write() -> None:
        with AtomicFiles().file(tmp_path / "a") as file:
            file.write(b"half")
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        write()
    assert names(tmp_path) == []


@pytest.mark.usefixtures("windows")
def test_where_locks_end_too_early_only_old_files_are_left_over(tmp_path: Path) -> None:
    old, new = tmp_path / f"{PREFIX}old", tmp_path / f"{PREFIX}new"
    old.touch()
    new.touch()
    then = time.time() - 2 * 86400
    os.utime(old, (then, then))
    with AtomicFiles().file(tmp_path / "a") as file:
        sweep(tmp_path)
        file.write(b"whole")
    assert names(tmp_path) == [new.name, "a"]

import os
import stat
from pathlib import Path

import pytest

from shared_ecr.cli.saved_files import write_whole
from shared_ecr.findings.errors import UnavailableError


def test_a_file_is_written_with_the_mode_of_any_new_file(tmp_path: Path) -> None:
    path, other = tmp_path / "review.md", tmp_path / "other"
    other.touch()
    write_whole(path, "é\n")
    assert path.read_text(encoding="utf-8") == "é\n"
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "review.md"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnavailableError, match=f"cannot write {path}: No space left on device"):
        write_whole(path, "new")
    assert [each.read_text() for each in tmp_path.iterdir()] == ["old"]


def test_a_folder_that_is_missing_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "none" / "review.md"
    with pytest.raises(UnavailableError, match=f"cannot write {path}: No such file or directory"):
        write_whole(path, "new")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_half_a_character_is_escaped(tmp_path: Path) -> None:
    write_whole(tmp_path / "review.md", "\ud800")
    assert (tmp_path / "review.md").read_text() == r"\ud800"


def test_a_device_is_written_to_directly() -> None:
    write_whole(Path("/dev/null"), "gone")
    assert not Path("/dev/null").is_file()

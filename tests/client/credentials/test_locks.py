import errno
import fcntl
import os
import stat
from pathlib import Path

import filelock
import pytest

from shared_ecr.client.credentials.locks import locked_file, locked_folder
from shared_ecr.findings.errors import UnavailableError


def test_a_lock_that_is_held_is_waited_for_no_longer_than_asked(tmp_path: Path) -> None:
    with (
        locked_folder(tmp_path),
        pytest.raises(UnavailableError, match="another process holds the lock"),
        locked_folder(tmp_path, 0.0),
    ):
        pytest.fail("two hold it")


def test_a_lock_is_free_again_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="whatever"), locked_folder(tmp_path):
        raise ValueError("whatever")

    with locked_folder(tmp_path, 0.0):
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("reason", [errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP])
def test_where_folders_cannot_be_locked_a_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int) -> None:
    real = filelock.lock_descriptor

    def lock(descriptor: int, *, blocking: bool) -> bool:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(reason, os.strerror(reason))
        return real(descriptor, blocking=blocking)

    monkeypatch.setattr(filelock, "lock_descriptor", lock)

    with (
        locked_folder(tmp_path),
        pytest.raises(UnavailableError, match="another process"),
        locked_folder(tmp_path, 0.0),
    ):
        pytest.fail("two hold it")


def test_where_nothing_can_be_locked_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lock(descriptor: int, *, blocking: bool) -> bool:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(filelock, "lock_descriptor", lock)

    with pytest.raises(UnavailableError, match="has no locks; nothing was changed"), locked_folder(tmp_path):
        pytest.fail("no process holds it")


def test_a_lock_file_is_closed_to_others_and_no_link(tmp_path: Path) -> None:
    with locked_file(tmp_path / "lock"):
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UnavailableError, match="cannot lock"), locked_file(tmp_path / "link"):
        pytest.fail("it was followed")


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"cannot lock .*No such file"), locked_folder(tmp_path / "absent"):
        pytest.fail("it was locked")


def test_a_system_without_folders_to_open_locks_a_file_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared_ecr.client.credentials.locks.HAS_FOLDERS_TO_OPEN", False)
    with (
        locked_folder(tmp_path),
        pytest.raises(UnavailableError, match="another process"),
        locked_folder(tmp_path, 0.0),
    ):
        pytest.fail("two hold it")


def test_our_lock_and_that_of_the_system_are_the_same(tmp_path: Path) -> None:
    # What an older version of this program, or another one, holds by `flock` is respected.
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(UnavailableError, match="another process"), locked_folder(tmp_path, 0.0):
        pytest.fail("two hold it")
    os.close(descriptor)

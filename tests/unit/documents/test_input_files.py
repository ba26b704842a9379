"""Files that are no files: pipes, devices, folders."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from shared_ecr.documents.input_files import opened_pipe, read_bytes, read_found, read_named, read_text

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
SOON = 0.05


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def later(write: Callable[[], object], seconds: float) -> None:
    timer = threading.Timer(seconds, write)
    timer.daemon = True
    timer.start()


@pytest.mark.parametrize("read", [read_named, read_found])
def test_a_file_is_read_up_to_the_number_of_bytes(read: Callable[[Path, int], bytes], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    assert [read(tmp_path / "file", count) for count in (4, 10, 11)] == [b"0123", b"0123456789", b"0123456789"]


def test_a_pipe_that_nothing_writes_to_is_not_waited_for_without_end(pipe: Path) -> None:
    with pytest.raises(OSError, match="it is a pipe, and nothing writes to it"):
        read_named(pipe, 10, wait=SOON)


def test_a_pipe_that_is_written_later_is_waited_for(pipe: Path) -> None:
    later(lambda: pipe.write_bytes(b"text"), 0.2)
    assert read_named(pipe, 10) == b"text"


def test_a_program_that_writes_later_than_the_wait_is_waited_for_once_it_has_the_pipe_open(pipe: Path) -> None:
    reading, writing = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), os.open(pipe, os.O_WRONLY)

    def write() -> None:
        os.write(writing, b"text")
        os.close(writing)

    later(write, 4 * SOON)
    assert read_named(pipe, 10, wait=SOON) == b"text"
    os.close(reading)


def test_a_pipe_that_is_opened_gives_all_of_its_bytes(pipe: Path) -> None:
    later(lambda: pipe.write_bytes(b"an archive"), 0.1)
    begin, stream = opened_pipe(pipe)
    with stream:
        assert begin + stream.read() == b"an archive"


def test_a_pipe_at_a_usual_place_is_not_waited_for_at_all(pipe: Path) -> None:
    with pytest.raises(OSError, match="it is a pipe, not a file"):
        read_found(pipe, 10)


def test_a_device_at_a_usual_place_is_not_read() -> None:
    with pytest.raises(OSError, match="it is a device, not a file"):
        read_found(Path("/dev/zero"), 10)


def test_a_device_without_end_that_a_user_names_is_read_up_to_the_limit() -> None:
    with pytest.raises(OSError, match="it has over 1 MiB"):
        read_bytes(Path("/dev/zero"), 1024 * 1024)


@pytest.mark.parametrize("read", [read_named, read_found])
def test_a_folder_is_called_one(read: Callable[[Path, int], bytes], tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read(tmp_path, 10)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_end_in_one_way(ends: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(f"a{ends}b".encode())
    assert read_text(tmp_path / "file") == "a\nb"

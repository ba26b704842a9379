import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from client.images import docker_files, layer_tar, tar_of
from shared_ecr.client.sources.spools import Spool
from shared_ecr.findings.errors import UnavailableError


def test_a_spool_is_a_private_file_without_a_name(temporary: Path) -> None:
    with closing(Spool("here")) as spool:
        spool.write(b"0123456789")
        assert list(temporary.iterdir()) == []
        assert spool._file is not None
        assert os.fstat(spool._file.fileno()).st_mode & 0o777 == 0o600


def test_the_sections_of_a_spool_are_read_side_by_side() -> None:
    with closing(Spool("here")) as spool:
        spool.write(b"01234")
        spool.write(b"56789")
        one, two = spool.section(0, 5), spool.section(4, 3)
        assert [one.read(3), two.read(2), one.read(9), two.read(9), one.read(1)] == [b"012", b"45", b"34", b"6", b""]


def test_a_spool_that_was_closed_takes_no_more() -> None:
    spool = Spool("here")
    spool.write(b"1")
    spool.close()
    with pytest.raises(UnavailableError):
        spool.write(b"2")


ENDLESS = """
import signal, sys, time
from shared_ecr.client.sources import open_source
signal.signal(signal.SIGTERM, signal.SIG_DFL)
source = open_source("-")
print("open", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [15, 9], ids=["SIGTERM", "SIGKILL"])
def test_nothing_is_left_in_the_temporary_folder_by_a_program_that_is_killed(temporary: Path, number: int) -> None:
    environ = {**os.environ, "TMPDIR": str(temporary)}
    command = [sys.executable, "-c", ENDLESS]
    with subprocess.Popen(command, stdin=-1, stdout=-1, env=environ, cwd=Path(__file__).parents[2]) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(tar_of(docker_files([layer_tar(300_000)])))
        process.stdin.close()
        assert process.stdout.readline() == b"open\n"
        process.send_signal(number)
    assert list(temporary.iterdir()) == []

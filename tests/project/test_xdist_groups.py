"""Tests that share an expensive deployment share a worker; without it each worker would deploy again."""

import subprocess
import sys
from pathlib import Path

TESTS = """
import os
import pathlib
import pytest

pytestmark = pytest.mark.xdist_group("one")

@pytest.mark.parametrize("number", range(8))
def test_it(number):
    (pathlib.Path(__file__).parent / f"{number}.pid").write_text(str(os.getpid()))
"""


def test_the_tests_of_one_group_run_in_one_worker(tmp_path: Path) -> None:
    (tmp_path / "test_group.py").write_text(TESTS)
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider"]
    done = subprocess.run([*pytest, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert len({file.read_text() for file in tmp_path.glob("*.pid")}) == 1

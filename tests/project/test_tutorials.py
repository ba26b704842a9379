"""The commands of the tutorials that need no AWS, typed as they are written: they print what the page says."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARK = "<!-- run by tests/project/test_tutorials.py -->\n"
PAGE = (ROOT / "docs/tutorials/review-pull-requests.md").read_text(encoding="utf-8")
CONSOLES = re.findall(rf"{re.escape(MARK)}```console\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The examples, and the declaration of the page where the page says so."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (declaration,) = re.findall(rf"{re.escape(MARK)}```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "examples/review/registry.yaml").write_text(declaration, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("block", CONSOLES, ids=range(len(CONSOLES)))
def test_a_tutorial_prints_what_it_says(clone: Path, block: str) -> None:
    first, command, printed = re.fullmatch(r"\$ cd (\S+)\n\$ (.*?)\n(.*)", block, flags=re.DOTALL).groups()  # type: ignore[union-attr]  # another block fails here
    if "--file" not in command:
        (clone / "examples/review/registry.yaml").unlink()
    words = [str(Path(sys.executable).with_name("shared-ecr")), *shlex.split(command)[1:]]
    done = subprocess.run(words, cwd=clone / first, capture_output=True, text=True)
    pattern = re.escape(printed).replace("…", ".*?")
    assert re.fullmatch(pattern, done.stdout, flags=re.DOTALL), done.stdout + done.stderr


def test_the_exit_code_of_the_tutorial_is_the_one_of_a_review_that_blocks(clone: Path) -> None:
    command = [str(Path(sys.executable).with_name("shared-ecr")), "review", "after.yaml", "--against", "before.yaml"]
    done = subprocess.run(command, cwd=clone / "examples/review", capture_output=True)
    assert done.returncode == 1

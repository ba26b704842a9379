"""The examples of the how-to and of the reference, as they stand there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from client.images import image, write_archive

DOCS = Path(__file__).parents[3] / "docs"
HOW_TO = (DOCS / "how-to/push.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference/push.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for line in re.findall(r"^\$ (shared-ecr push .*)$", HOW_TO, flags=re.MULTILINE)
]


@pytest.fixture
def built(declared: Path) -> Path:
    """The images of the examples, and the list."""
    folder = declared.parent / "build"
    folder.mkdir()
    for number, name in enumerate(("app", "web", "my image")):
        write_archive(folder / f"{name}.tar", image(seed=number))
    (listed,) = re.findall(r"\$ cat images.txt\n(.*?)^\$", HOW_TO, flags=re.MULTILINE | re.DOTALL)
    (declared.parent / "images.txt").write_text(listed)
    return declared.parent


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_of_the_how_to_succeeds(command: list[str]) -> None:
    done = shared_ecr(*command)
    assert (done.code, "@sha256:" in done.stdout) == (0, True), done.stderr


def test_the_example_in_python_prints_references(built: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", REFERENCE, flags=re.DOTALL)
    done = subprocess.run([sys.executable, "-c", program], cwd=built, capture_output=True, text=True)
    assert (done.returncode, done.stdout.count("@sha256:")) == (0, 3), done.stderr


@pytest.mark.parametrize("code", ["image-list", "image-order", "interrupted"])
def test_a_code_of_a_push_is_in_the_reference(code: str) -> None:
    assert f"| `{code}` |" in REFERENCE

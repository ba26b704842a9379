"""The examples of the README, typed as they stand: the commands print what the README says they print."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.road import ROOT, Done, Road

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("readme")]
MARK = "<!-- run by tests/e2e/test_readme.py -->\n"
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUICK_START = (ROOT / "docs/tutorials/quick-start.md").read_text(encoding="utf-8")


def examples(page: str, language: str) -> str:
    """Return the examples of *page* that are run, one after the other."""
    found = re.findall(rf"{re.escape(MARK)}```{language}\n(.*?)```", page, flags=re.DOTALL)
    assert found, f"the page has no {language} example to run"
    return "".join(found)


def commands(page: str) -> list[tuple[str, str]]:
    """Return each command of the console examples with what the page says it prints."""
    steps = re.split(r"^\$ ", examples(page, "console"), flags=re.MULTILINE)[1:]
    return [(command, printed) for command, _, printed in (step.partition("\n") for step in steps)]


@pytest.fixture(scope="module")
def clone(road: Road) -> Path:
    """What is in git, in a folder of its own: examples may write where they stand."""
    folder = road.folder / "clone"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def typed(road: Road, clone: Path) -> list[tuple[str, str, Done]]:
    """The commands of the README and then of the quick start, which repeats them step by step."""
    shown = [*commands(README), *commands(QUICK_START)]
    return [(command, said, road.run(*shlex.split(command), cwd=clone)) for command, said in shown]


def test_every_command_succeeds_but_the_review_that_blocks(typed: list[tuple[str, str, Done]]) -> None:
    blocks = {command for command, _ in commands(README) if command.startswith("shared-ecr review")}
    assert [(command, done.stderr) for command, _, done in typed if done.code != (command in blocks)] == []


def test_every_command_prints_what_the_page_says(typed: list[tuple[str, str, Done]]) -> None:
    for command, said, done in typed:
        pattern = re.escape(said).replace("…", ".*?")
        assert re.fullmatch(pattern, done.stdout, flags=re.DOTALL), command


@pytest.mark.usefixtures("typed")
def test_the_example_in_python_prints_the_same_reference(road: Road, clone: Path) -> None:
    done = road.run(sys.executable, "-c", examples(README, "python"), cwd=clone)
    assert (done.code, done.stdout) == (0, commands(README)[-1][1]), done.stderr


def test_the_how_to_for_libraries_synthesises(road: Road, tmp_path: Path) -> None:
    text = (ROOT / "docs/how-to/use-as-a-library.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    shutil.copy(ROOT / "registry.yaml", tmp_path)
    done = road.run(sys.executable, "-c", program, cwd=tmp_path, environment=road.environment(CDK_OUTDIR=str(tmp_path)))
    assert done.code == 0, done.stderr
    assert (tmp_path / "Images.template.json").exists()


def test_the_declaration_of_the_readme_is_accepted(road: Road, tmp_path: Path) -> None:
    (declaration,) = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    path = tmp_path / "registry.yaml"
    path.write_text(declaration, encoding="utf-8")
    done = road.run("shared-ecr", "check", path)
    assert (done.code, done.stdout) == (0, f"{path}: 1 repository, no errors\n"), done.stdout

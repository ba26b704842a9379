"""ARCHITECTURE.md and CONTRIBUTING.md lead to files that exist, and the picture is the one that imports are held to."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
WALKS = {
    title: text
    for title, _, text in (part.partition("\n") for part in PAGE.split("\n## ")[1:])
    if title.startswith("A ")
}
# A file of the code base in a span of code; a folder ends with a slash.
PATHS = re.compile(r"`((?:shared_ecr|constructs|stacks|tests|scripts|integrations|docs)/[\w./-]+)`")


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_path_on_the_page_exists(name: str) -> None:
    paths = PATHS.findall((ROOT / name).read_text(encoding="utf-8"))
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_first_test_that_a_contributor_runs_exists() -> None:
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("CONTRIBUTING.md", "Makefile"))
    named = re.findall(r"T=\"?(tests/[\w./]+)", text)
    assert len(named) >= 3
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_there_are_five_walks() -> None:
    assert [title.split(":")[0] for title in WALKS] == [
        "A repository's name", "A grant", "A lifecycle rule", "A digest", "A finding",
    ]  # fmt: skip


@pytest.mark.parametrize("text", WALKS.values(), ids=WALKS)
def test_a_walk_names_its_files_step_by_step(text: str) -> None:
    steps = [step for step in re.split(r"^\d\. ", text, flags=re.MULTILINE)[1:] if PATHS.search(step)]
    assert len(steps) >= 4


def test_the_picture_has_the_layers_that_imports_are_held_to() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = [each for each in contracts["contracts"] if each.get("exhaustive")]
    layers = [sorted(layer.split(" | ")) for layer in contract["layers"]]
    picture = PAGE.split("```")[1]
    rooms = "|".join(room for layer in layers for room in layer)
    drawn = [sorted(re.findall(rf"\b({rooms})(?:/|\.py)", line)) for line in picture.splitlines()]
    assert [line for line in drawn if line] == layers


@pytest.mark.parametrize(("question", "file"), [
    ("a new count type", "shared_ecr/model/lifecycle/rules.py"),
    ("a new registry", "shared_ecr/client/registries/interface.py"),
    ("the sentence of a finding", "shared_ecr/findings/finding.py"),
    ("the retry of an upload", "shared_ecr/client/distribution/uploads.py"),
    ("the text of the key's policy", "shared_ecr/model/encryption.py"),
])  # fmt: skip
def test_a_reader_of_the_page_finds_the_file_for(question: str, file: str) -> None:
    assert f"`{file}`" in PAGE, question

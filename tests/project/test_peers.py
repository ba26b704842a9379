import re
from pathlib import Path
from typing import NamedTuple

import pytest

from shared_ecr.declaration import load, parse
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/peers.md"
COVERED, NOT_COVERED = PAGE.read_text(encoding="utf-8").split("\n## What is not covered\n")
LINK = re.compile(r"\[([^\]]+)\]\(([^)#]+)(#[^)]*)?\)")
# What is within a lifecycle rule is ECR's vocabulary, which the reference does not repeat.
WORDS_OF_ECR = re.compile(r"\brules\..*")
TESTED = ("tests/declarations/accepted", "tests/templates/golden")


class Row(NamedTuple):
    """One line of the first table."""

    thing: str
    reference: Path
    keys: list[str]
    example: Path


def cells(text: str) -> list[list[str]]:
    """Return the lines of the tables of *text*, without what is above and the rule below the headings."""
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines if line[0].strip() not in {"thing", "---"}]


def row_of(thing: str, keys: str, example: str) -> Row:
    name, reference = linked(thing)
    return Row(name, reference, re.findall(r"`([^`]+)`", keys), linked(example)[1])


def linked(cell: str) -> tuple[str, Path]:
    found = LINK.fullmatch(cell)
    assert found, f"{cell} is not one link"
    return found[1], (PAGE.parent / found[2]).resolve()


def says(document: Node, key: str) -> bool:
    """Show whether *document* says *key*: `path` or `path: value`, with `*` for any name and no step for a list."""
    path, _, value = key.partition(": ")
    return any(not value or (isinstance(node, Scalar) and node.text == value) for node in at(document, path.split(".")))


def at(node: Node, path: list[str]) -> list[Node]:
    if isinstance(node, Sequence):
        return [found for item in node.items for found in at(item, path)]
    if not path:
        return [node]
    if not isinstance(node, Mapping):
        return []
    return [found for name, value in node if path[0] in ("*", name) for found in at(value, path[1:])]


ROWS = [row_of(*line) for line in cells(COVERED)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.thing)
def test_the_example_of_a_row_is_tested_accepted_and_says_every_key_of_the_row(row: Row) -> None:
    assert row.example.relative_to(ROOT).as_posix().startswith(TESTED)
    document = load(row.example).document
    assert row.keys
    assert [key for key in row.keys if not says(document, key)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.thing)
def test_the_reference_of_a_row_explains_every_key_of_the_row(row: Row) -> None:
    text = row.reference.read_text(encoding="utf-8")
    own = [WORDS_OF_ECR.sub("rules", key.partition(": ")[0]) for key in row.keys]
    steps = {step for key in own for step in key.split(".")[-2:]} - {"*"}
    assert sorted(step for step in steps if not re.search(rf"\b{step}\b", text)) == []


def test_what_is_not_covered_has_a_reason() -> None:
    assert [line for line in cells(NOT_COVERED) if len(line) != 2 or not all(line)] == []


def test_every_example_that_was_made_for_the_page_is_on_it() -> None:
    made = set((ROOT / "tests/declarations/accepted").glob("peer-*.yaml"))
    assert made - {row.example for row in ROWS} == set()


DECLARED = """
version: 1
organization: o-a1b2c3d4e5
registry: {account: "111111111111", regions: [us-east-1]}
repositories: {team/app: {tags: {owner: shop}, grants: {pull: [organization]}}}
"""


@pytest.mark.parametrize("key", ["repositories.*.tags.owner: shop", "repositories.*.grants.pull: organization"])
def test_a_key_is_found_where_it_is(key: str) -> None:
    assert says(parse(DECLARED).document, key)


@pytest.mark.parametrize("key", ["repositories.*.tags.owner: till", "repositories.*.grants.push", "tags.owner"])
def test_a_key_is_found_nowhere_else(key: str) -> None:
    assert not says(parse(DECLARED).document, key)

"""Repositories that move between stacks of one registry: the key is the same one, though it is read another way."""

import json
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from shared_ecr.declaration import parse
from shared_ecr_constructs.stacks import define_stacks
from templates.synthesis import quick_app

DECLARATION = (
    'version: 1\nregistry: {account: "111111111111", regions: [us-east-1], stacks: STACKS}\nrepositories:\n'
    + "".join(f"  team/app-{number}: {{}}\n" for number in range(6))
)


def synthesized(folder: Path, stacks: int) -> Path:
    app = quick_app(folder)
    define_stacks(app, parse(DECLARATION.replace("STACKS", str(stacks))).registry)
    app.synth()
    return folder


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    folder = tmp_path_factory.mktemp("moves")
    before, after = synthesized(folder / "before", 1), synthesized(folder / "after", 2)
    found: list[dict[str, str]] = json.loads(
        shared_ecr("review", after, "--against", before, "--format", "json").stdout
    )["findings"]
    return found


def test_a_move_is_reported_with_the_command_that_takes_the_repository_along(findings: list[dict[str, str]]) -> None:
    moves = [each for each in findings if each["code"] == "repository-moved"]
    assert moves
    assert all("--import-existing-resources" in each["fix"] for each in moves)


def test_a_key_that_is_read_through_a_parameter_is_the_same_key(findings: list[dict[str, str]]) -> None:
    assert "repository-replaced" not in {each["code"] for each in findings}

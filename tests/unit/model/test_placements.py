from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.declaration import load
from shared_ecr.declaration.placement_file import placement_path, placement_text
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.placements import Placement, grown
from shared_ecr.model.shards import MAX_REPOSITORIES, is_overfull

NAMES = [RepositoryName(f"team-{number % 17}/app-{number}") for number in range(1000)]
DECLARATION = 'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\nrepositories:\n'


def sized(names: list[RepositoryName]) -> list[tuple[RepositoryName, int]]:
    return [(name, 3_000) for name in names]


@given(st.lists(st.integers(1, 400), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_no_repository_ever_moves_however_a_registry_grows(steps: list[int], random: object) -> None:
    names = list(NAMES)
    random.shuffle(names)  # type: ignore[attr-defined]  # what hypothesis hands out is a random.Random
    placed: dict[RepositoryName, int] = {}
    stacks = declared = 0
    for step in steps:
        declared = min(declared + step, len(names))
        placement = grown(placed, sized(names[:declared]), max(stacks, 1))
        for name, number in placed.items():
            assert placement.stack_of(name) == number
        stacks = placement.stacks
        placed = {name: placement.stack_of(name) for name in names[:declared]}
        assert not is_overfull(sized(names[:declared]), stacks, placement.stack_of)


def test_a_registry_that_fits_needs_one_stack() -> None:
    assert grown({}, sized(NAMES[:100]), 1) == Placement(1)


def test_a_removed_repository_leaves_the_placement() -> None:
    placement = grown({NAMES[0]: 0, NAMES[1]: 1}, sized([NAMES[1]]), 2)
    assert NAMES[0] not in placement.assigned


def test_a_repository_that_is_not_listed_is_in_the_last_stack() -> None:
    assert Placement(3, {NAMES[0]: 0}).stack_of(NAMES[1]) == 2


def declared(tmp_path: Path, names: list[RepositoryName]) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text(DECLARATION + "".join(f"  {name}: {{}}\n" for name in names), encoding="utf-8")
    return path


def test_a_declaration_reads_the_placement_beside_it(tmp_path: Path) -> None:
    path = declared(tmp_path, NAMES[:3])
    placement_path(path).write_text(placement_text(Placement(2, {NAMES[0]: 0})), encoding="utf-8")
    registry = load(path).registry
    assert registry.stack_names == ("shared-ecr", "shared-ecr-1")
    assert [registry.stack_of(name) for name in NAMES[:3]] == [0, 1, 1]


def test_more_than_one_stack_can_hold_is_refused_with_the_command_that_moves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidDeclarationError, match=r"Run 'shared-ecr grow'.*\[registry-size\]"):
        load(declared(tmp_path, NAMES[: MAX_REPOSITORIES + 1]))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}",
     '{"version": 2, "stacks": 2, "repositories": {}}', '{"version": 1, "stacks": 0, "repositories": {}}',
     '{"version": 1, "stacks": 2, "repositories": {"team/app": 2}}', '{"version": 1, "stacks": 2, "repositories": []}',
     '{"version": 1, "stacks": true, "repositories": {}}', '{"version": 1, "stacks": 2, "repositories": {"A": 1}}'],
)  # fmt: skip
def test_a_broken_placement_is_refused_with_its_file_and_the_repair(tmp_path: Path, text: str) -> None:
    path = declared(tmp_path, NAMES[:1])
    placement_path(path).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidDeclarationError, match=r"registry\.stacks\.json:1:1: .*\[stacks-file\]"):
        load(path)

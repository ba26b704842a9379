import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.model.names import RepositoryName
from shared_ecr.model.shards import MAX_CHARACTERS, MAX_REPOSITORIES, is_overfull, shard_of, stacks_needed

NAMES = [RepositoryName(f"team-{number % 17}/app-{number}") for number in range(1000)]


@pytest.mark.parametrize(("name", "stack"), [("team/app", 1), ("docker-in-aws/todobackend", 3), ("a1", 3)])
def test_the_stack_of_a_name_is_a_contract(name: str, stack: int) -> None:
    assert shard_of(RepositoryName(name), 4) == stack


def test_one_stack_holds_everything() -> None:
    assert {shard_of(name, 1) for name in NAMES} == {0}


@given(st.sampled_from(NAMES), st.integers(1, 30))
def test_one_stack_more_takes_repositories_and_moves_no_others(name: RepositoryName, stacks: int) -> None:
    assert shard_of(name, stacks + 1) in {shard_of(name, stacks), stacks}


def test_as_many_stacks_as_needed_are_not_overfull_and_one_fewer_would_be() -> None:
    repositories = [(name, 1_000) for name in NAMES]
    stacks = stacks_needed(repositories)
    assert stacks
    assert not is_overfull(repositories, stacks)
    assert is_overfull(repositories, stacks - 1)


def test_a_hundred_repositories_need_one_stack() -> None:
    assert stacks_needed((name, 1_000) for name in NAMES[:MAX_REPOSITORIES]) == 1


def test_a_few_repositories_of_long_policies_need_several() -> None:
    assert stacks_needed((name, MAX_CHARACTERS // 3) for name in NAMES[:7]) not in {1, None}


def test_what_no_stack_can_hold_needs_none() -> None:
    assert stacks_needed([(NAMES[0], MAX_CHARACTERS + 1)]) is None

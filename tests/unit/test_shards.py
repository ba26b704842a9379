import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.names import RepositoryName
from shared_ecr.shards import MAX_REPOSITORIES_A_STACK, fullest, shard_of, stacks_needed

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
    stacks = stacks_needed(NAMES)
    assert fullest(NAMES, stacks) <= MAX_REPOSITORIES_A_STACK < fullest(NAMES, stacks - 1)


def test_a_hundred_repositories_need_one_stack() -> None:
    assert stacks_needed(NAMES[:MAX_REPOSITORIES_A_STACK]) == 1

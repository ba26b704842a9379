import random

import pytest
from hypothesis import given, settings

from unit.review.changes.random_sides import MUTATIONS, Stacks, deployed, draft, randoms, shuffled, sides
from unit.review.changes.sides import changed, codes


@given(sides())
@settings(max_examples=100, deadline=None)
def test_a_deployment_compared_with_itself_is_unchanged(stacks: Stacks) -> None:
    found = changed(deployed(stacks), deployed(stacks))
    assert (found.repositories, found.settings, found.findings) == ((), (), ())


@given(sides(), randoms)
@settings(max_examples=100, deadline=None)
def test_another_order_of_anything_is_no_change(stacks: Stacks, rng: random.Random) -> None:
    found = changed(deployed(stacks), deployed(shuffled(stacks, rng)))
    assert (found.repositories, found.settings, found.findings) == ((), (), ())


@pytest.mark.parametrize("mutation", MUTATIONS)
@given(sides(), randoms)
@settings(max_examples=12, deadline=None)
def test_every_dangerous_change_of_any_deployment_blocks(mutation: str, stacks: Stacks, rng: random.Random) -> None:
    found = draft(stacks, rng)
    change, expected = MUTATIONS[mutation]
    change(found)
    assert expected & set(codes(changed(deployed(found.before), deployed(found.after)), "error"))

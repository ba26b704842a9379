import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_ecr.review.changes.differences import IN_WORDS
from shared_ecr.review.changes.identity.pairing import NAME_PROPERTIES
from unit.review.changes.random_sides import MUTATIONS, Stacks, deployed, draft, randoms, shuffled, sides
from unit.review.changes.sides import changed, codes

TYPES = (*NAME_PROPERTIES, "AWS::KMS::Key", "AWS::KMS::Alias")
WORDS = (
    *IN_WORDS, *filter(None, NAME_PROPERTIES.values()), "EncryptionType", "KmsKey", "LifecyclePolicyText", "Rules",
    "ScanType", "ScanFrequency", "RepositoryFilters", "Filter", "Destinations", "Region", "RegistryId", "PolicyText",
    "ReplicationConfiguration", "Statement", "Effect", "Principal", "Action", "Operation", "Body", "TargetKeyId",
    "AliasName", "RepositoryPolicy", "AppliedFor", "SigningProfileArn",
)  # fmt: skip


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


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=3)
    | st.sampled_from(("${Deployed:X}", "*", "{}", "[")),
    lambda held: st.lists(held, max_size=3) | st.dictionaries(st.sampled_from(WORDS), held, max_size=4),
    max_leaves=8,
)


@given(
    st.lists(st.tuples(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(WORDS), anything)), max_size=3),
    st.lists(st.tuples(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(WORDS), anything)), max_size=3),
)
@settings(max_examples=200, deadline=None)
def test_whatever_is_written_is_compared_without_a_fault(
    before: list[tuple[str, dict[str, Any]]], after: list[tuple[str, dict[str, Any]]]
) -> None:
    old, new = (
        {f"R{number}": {"Type": type_, "Properties": held} for number, (type_, held) in enumerate(each)}
        for each in (before, after)
    )
    found = changed(old, new)
    assert [str(each) for each in found.findings] == [str(each) for each in changed(old, new).findings]

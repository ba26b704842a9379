"""Registry policies are compared by the access that they give to every repository, in both directions."""

from typing import Any

import pytest

from live_registries import ACCOUNT, HERE, policy, statement
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.deployment.adoption.registry_policy_equality import registry_access_difference, repository_names
from shared_ecr.model.names import EcrRegistry

HOME = EcrRegistry(ACCOUNT, HERE)
ARN = "arn:aws:ecr:us-east-1:111111111111:repository/"
OTHER = "222222222222"
IMPORT = "ecr:BatchImportUpstreamImage"


def allow(*resources: str, actions: Any = IMPORT, **more: Any) -> dict[str, Any]:
    return statement({"AWS": OTHER}, actions, Resource=list(resources), **more)


def deny(*resources: str) -> dict[str, Any]:
    return allow(*resources) | {"Effect": "Deny"}


EQUAL = {
    "the order of statements": ([allow(f"{ARN}a/*"), deny(f"{ARN}b")], [deny(f"{ARN}b"), allow(f"{ARN}a/*")]),
    "one statement for two": ([allow(f"{ARN}a/*"), allow(f"{ARN}b/*")], [allow(f"{ARN}a/*", f"{ARN}b/*")]),
    "a prefix within a prefix": ([allow(f"{ARN}a/*")], [allow(f"{ARN}a/*", f"{ARN}a/b/*")]),
    "the whole registry": ([allow("*")], [allow(f"{ARN}*")]),
    "a Region by a pattern": ([allow(f"{ARN}a/*")], [allow("arn:aws:ecr:*:111111111111:repository/a/*")]),
    "another registry": ([allow(f"{ARN}a/*")], [allow(f"{ARN}a/*", "arn:aws:ecr:eu-west-1:111111111111:repository/*")]),
    "a denial of nothing": ([allow(f"{ARN}a/*")], [allow(f"{ARN}a/*"), deny("arn:aws:ecr:us-east-1:3:repository/*")]),
}


@pytest.mark.parametrize("case", EQUAL)
def test_policies_of_the_same_access_are_equal(case: str) -> None:
    one, other = (policy(*each) for each in EQUAL[case])
    assert registry_access_difference(one, other, HOME).is_equal


DIFFERENT = {
    "a prefix that is lost": ([allow(f"{ARN}a/*", f"{ARN}b/*")], [allow(f"{ARN}a/*")], (0, 1)),
    "a longer prefix": ([allow(f"{ARN}a*")], [allow(f"{ARN}a/*")], (0, 1)),
    "a shorter prefix": ([allow(f"{ARN}a/*")], [allow(f"{ARN}a*")], (1, 0)),
    "one name that is exempt": ([allow("*")], [allow("*"), deny(f"{ARN}a/secret")], (0, 1)),
    "a denial that is lost": ([deny("*")], [deny(f"{ARN}a/*")], (1, 0)),
    "the repository itself": ([allow(f"{ARN}a")], [allow(f"{ARN}a*")], (1, 0)),
    "no policy": ([allow(f"{ARN}a/*")], None, (0, 1)),
    "the first policy": (None, [allow(f"{ARN}a/*")], (1, 0)),
    "the name in the middle": ([allow(f"{ARN}*/prod")], [allow(f"{ARN}*/test")], (1, 1)),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_other_access_is_found_in_each_direction(case: str) -> None:
    *sides, expected = DIFFERENT[case]
    one, other = (policy(*each) if each else None for each in sides)
    found = registry_access_difference(one, other, HOME)
    assert (bool(found.widened), bool(found.narrowed)) == tuple(map(bool, expected))


@pytest.mark.parametrize("pattern", [f"{ARN}*/prod", f"{ARN}a?", f"{ARN}${{aws:PrincipalTag/team}}/*", "arn:*:ecr:*a"])
def test_what_patterns_of_another_kind_cover_is_undecided_where_no_difference_is_found(pattern: str) -> None:
    both = allow(pattern, actions=[IMPORT, "ecr:CreateRepository"])
    one, other = policy(both), policy(both, allow(pattern))
    found = registry_access_difference(one, other, HOME)
    assert (found.is_equal, found.changes, bool(found.undecided)) == (False, (), True)


def test_a_policy_that_cannot_be_read_is_undecided() -> None:
    assert registry_access_difference(policy(allow("*")), {"Statement": "none"}, HOME).undecided


def test_a_name_that_continues_a_prefix_is_written_by_no_policy() -> None:
    every = "abcdefghijklmnopqrstuvwxyz0123456789"
    names, is_complete = repository_names([read_policy(policy(allow(f"{ARN}t*", f"{ARN}team/*", f"{ARN}tap")))], HOME)
    assert (set(names), is_complete) == ({"tap", "any-repository", "tnew-repository", "team/any-repository"}, True)
    exhausted = policy(allow(f"{ARN}t*", *(f"{ARN}t{character}" for character in every)))
    assert repository_names([read_policy(exhausted)], HOME)[1] is False

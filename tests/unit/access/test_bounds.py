import time
from typing import Any

import pytest

from shared_ecr.access.changes import changes
from shared_ecr.access.classes import is_sampled
from shared_ecr.access.lint import LintedPolicy, lint
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.documents.policy_faults import InvalidPolicyError
from unit.access.policies import TARGET, allow, deny, policies, policy

SECONDS = 20


def many_keys(count: int) -> dict[str, Any]:
    return {
        "StringEquals": {f"aws:PrincipalTag/t{number}": [f"v{each}" for each in range(4)] for number in range(count)}
    }


def monsters() -> dict[str, list[dict[str, Any]]]:
    """Return the hardest policies that still fit into what ECR stores."""
    accounts = [f"{each:012}" for each in range(100, 700)]
    stars = "*a" * 1_500
    starred = {"StringLike": {"aws:PrincipalOrgID": [stars + "b"]}}
    return {
        "a hundred keys": [allow("*", many_keys(100)), deny(many_keys(100))],
        "hundreds of accounts": [allow({"AWS": accounts})],
        "hundreds of values": [allow("*", {"StringEquals": {"aws:SourceVpce": accounts}})],
        "hundreds of organizations": [allow("*", {"StringEquals": {"aws:PrincipalOrgID": accounts}})],
        "dozens of statements": [
            allow({"AWS": each}, {"StringEquals": {"aws:SourceVpce": each}}) for each in accounts[:45]
        ],
        "stars everywhere": [allow("*", starred, Action=f"ecr:{stars}")],
    }


@pytest.mark.parametrize("name", monsters())
def test_no_policy_takes_the_linter_more_than_seconds(name: str) -> None:
    start = time.perf_counter()
    lint(LintedPolicy(policy(*monsters()[name])))
    assert time.perf_counter() - start < SECONDS


@pytest.mark.parametrize("name", monsters())
def test_no_change_takes_more_than_seconds(name: str) -> None:
    start = time.perf_counter()
    assert changes(policies(), policies(*monsters()[name], allow()), TARGET, TrustBoundary())
    assert time.perf_counter() - start < SECONDS


def test_a_policy_with_too_many_combinations_is_known_to_be_sampled() -> None:
    assert is_sampled([policy(allow("*", many_keys(100)))], TARGET, TrustBoundary())
    assert not is_sampled([policy(allow("*", many_keys(3)))], TARGET, TrustBoundary())


def test_a_grant_behind_a_hundred_conditions_is_still_found() -> None:
    assert changes(policies(), policies(allow("*", many_keys(100))), TARGET, TrustBoundary())


def test_a_policy_that_ecr_does_not_store_is_refused_before_its_wildcards_are_compared() -> None:
    patterns = [f"*{number}*a*b*c*" for number in range(8)]
    statements = [
        allow(
            "*", {"StringLike": {"aws:PrincipalArn": patterns, "aws:SourceVpce": f"vpce-{number}*"}}, Sid=f"S{number}"
        )
        for number in range(60)
    ]
    start = time.perf_counter()
    with pytest.raises(InvalidPolicyError, match="ECR stores 10,240"):
        policy(*statements)
    assert time.perf_counter() - start < 1

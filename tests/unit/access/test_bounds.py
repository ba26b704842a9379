import time
from typing import Any

import pytest

from shared_ecr.access.changes import changes
from shared_ecr.access.classes import is_sampled
from shared_ecr.access.lint import LintedPolicy, lint
from shared_ecr.access.trust_boundary import TrustBoundary
from unit.access.policies import TARGET, allow, deny, policies, policy

SECONDS = 20


def many_keys(count: int) -> dict[str, Any]:
    return {
        "StringEquals": {f"aws:PrincipalTag/t{number}": [f"v{each}" for each in range(4)] for number in range(count)}
    }


def monsters() -> dict[str, list[dict[str, Any]]]:
    accounts = [f"{each:012}" for each in range(100, 3_000)]
    stars = "*a" * 3_000
    starred = {"StringLike": {"aws:PrincipalOrgID": [stars, stars + "b"]}}
    return {
        "a hundred keys": [allow("*", many_keys(100)), deny(many_keys(100))],
        "thousands of accounts": [allow({"AWS": accounts})],
        "thousands of values": [allow("*", {"StringEquals": {"aws:SourceVpce": accounts}})],
        "hundreds of organizations": [allow("*", {"StringEquals": {"aws:PrincipalOrgID": accounts[:700]}})],
        "hundreds of statements": [
            allow({"AWS": each}, {"StringEquals": {"aws:SourceVpce": each}}) for each in accounts[:300]
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

"""Registry policies that are called equal are decided alike for repositories of any name, in both directions."""

import random
from typing import Any

import pytest

from live_registries import ACCOUNT, HERE
from properties import random_policies
from shared_ecr.access.changes import changes
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.deployment.adoption.registry_policy_equality import registry_access_difference
from shared_ecr.model.names import EcrRegistry

HOME = EcrRegistry(ACCOUNT, HERE)
ARN = "arn:aws:ecr:us-east-1:111111111111:repository/"
NAMES = ("t", "te", "team", "team/a", "team/app", "team/app/x", "teams/a", "other", "a", "team/zz", "team/an")
PATTERNS = (
    "*", f"{ARN}*", f"{ARN}te*", f"{ARN}team*", f"{ARN}team/*", f"{ARN}team/app", f"{ARN}team/app*", f"{ARN}a*",
    f"{ARN}team/a*", "arn:aws:ecr:*:111111111111:repository/team/*", "arn:aws:ecr:eu-west-1:111111111111:repository/*",
)  # fmt: skip
# How many pairs of policies are compared; a small part of them are equal.
SEEDS, EACH = 4, 40


def registry_statement(rng: random.Random, number: int) -> dict[str, Any]:
    made = random_policies.statement(rng)
    for key in ("NotResource", "Condition"):
        made.pop(key, None)
    made["Resource"] = rng.sample(PATTERNS, rng.randint(1, 2))
    made["Sid"] = f"S{number}"
    return made


def rewritten(rng: random.Random, statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return statements that may mean the same: split by resource, shuffled, one left out, or one pattern changed."""
    made = [{**each, "Resource": [pattern], "Sid": f"{each['Sid']}{number}"}
            for each in statements for number, pattern in enumerate(each["Resource"])]  # fmt: skip
    rng.shuffle(made)
    match rng.randrange(4):
        case 0:
            made.pop()
        case 1:
            made[0] = {**made[0], "Resource": [rng.choice(PATTERNS)]}
        case _:
            pass
    return made


def of(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_equality_is_no_more_than_the_evaluator_says_of_any_name(seed: int) -> None:
    rng = random.Random(seed)
    equal = 0
    for _ in range(EACH):
        one = [registry_statement(rng, number) for number in range(rng.randint(1, 3))]
        other = rewritten(rng, one)
        if not other or not registry_access_difference(of(one), of(other), HOME).is_equal:
            continue
        equal += 1
        old, new = (PolicyPair(None, read_policy(of(each))) for each in (one, other))
        for name in NAMES:
            target = TargetRepository(str(ACCOUNT), str(HERE), name, tags=None)
            assert changes(old, new, target, TrustBoundary()) == []
            assert changes(new, old, target, TrustBoundary()) == []
    assert equal > EACH / 8

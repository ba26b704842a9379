"""Random policies are adopted: what is written equals what was live in both directions, or is left out."""

import json
import random
from typing import Any

import pytest

from live_registries import registry, repository
from properties import random_policies
from shared_ecr.access.changes import changes
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.deployment.adoption.access_equality import access_difference
from shared_ecr.deployment.adoption.certificate import certify
from shared_ecr.deployment.adoption.declaration_draft import AdoptionRequest
from shared_ecr.deployment.adoption.declaration_writer import write_declaration
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry

# 2,000 policies in all; each seed is a registry of its own.
SEEDS, EACH = 20, 100
TARGET = TargetRepository("111111111111", "us-east-1", "any/repository", tags=None)


def storable(rng: random.Random) -> dict[str, Any]:
    """Return a random policy that ECR could hold: without a Resource of another repository, no Sid twice."""
    made = random_policies.policy(rng, statements=rng.randint(1, 3))
    for number, statement in enumerate(made["Statement"]):
        statement.pop("Resource", None)
        statement["Sid"] = f"S{number}"
    return {**made, "Version": "2012-10-17"}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_adopted_means_what_it_meant(seed: int) -> None:
    rng = random.Random(seed)
    live = registry(*(repository(f"random/r{number}", storable(rng)) for number in range(EACH)))
    written = write_declaration(live, AdoptionRequest())
    assert certify(live, WantedRegistry.of_declaration(written.registry, live.home), written.adopted) == []
    reasons = {each.what: each.why for each in written.left_out}
    assert {each.name for each in live.repositories} == {*written.adopted, *(reasons.keys() - {"scanning"})}
    assert all(reasons.values())
    # ECR would not hold most of the rest: actions that it does not have, principals of other kinds.
    assert len(written.adopted) > EACH / 3


@pytest.mark.parametrize("seed", range(5))
def test_equality_is_no_more_than_the_evaluator_says(seed: int) -> None:
    """Two policies that are called equal are decided alike, alone and the other way round."""
    rng = random.Random(1_000 + seed)
    for _ in range(60):
        one = storable(rng)
        other = json.loads(json.dumps(one))
        statement = rng.choice(other["Statement"])
        if rng.random() < 0.5:
            statement.pop("Condition", None)
        else:
            other["Statement"].remove(statement)
        if access_difference(one, other, TARGET).is_equal:
            old, new = (PolicyPair(read_policy(each)) for each in (one, other))
            assert changes(old, new, TARGET, TrustBoundary()) == []
            assert changes(new, old, TARGET, TrustBoundary()) == []

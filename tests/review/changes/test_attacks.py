"""Each change that hides its harm leads to its finding, and the harmless one that looks like it does not."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from review.changes.attacks.calls import CALLS
from review.changes.attacks.functions import POLICIES
from review.changes.attacks.images import AUTO_DELETE_IMAGES
from review.changes.attacks.keys import KEYS
from review.changes.attacks.public_policies import PUBLIC_POLICIES
from review.changes.attacks.settings import (
    EXCLUSIONS,
    PUBLIC_REPOSITORIES,
    REPLICATION,
    SIGNING,
    TEMPLATES,
    UNKNOWN_TYPES,
)
from review.changes.attacks.templates import Attack, Resources
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.model.names import Region
from shared_ecr.review.changes import ReviewContext, compare
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents import DeploymentTarget, load_deployment
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.rules import judge

ATTACKS = [
    *AUTO_DELETE_IMAGES, *CALLS, *EXCLUSIONS, *KEYS, *POLICIES, *PUBLIC_POLICIES, *PUBLIC_REPOSITORIES, *REPLICATION,
    *SIGNING, *TEMPLATES, *UNKNOWN_TYPES,
]  # fmt: skip
NOW = datetime(2026, 11, 21, tzinfo=UTC)
PLACE = DeploymentTarget("111111111111", Region("us-east-1"))
KNOWN = TrustBoundary("o-a1b2c3d4e5", frozenset({"111111111111", "222222222222"}))


def side(folder: Path, name: str, resources: Resources) -> Deployment:
    path = folder / f"{name}.json"
    parameters = {name: {"Type": "String"} for name in ("Open", "Other")}
    path.write_text(json.dumps({"Parameters": parameters, "Resources": resources}), encoding="utf-8")
    return load_deployment(path, PLACE)


def found(folder: Path, before: Resources, after: Resources) -> list[ReviewFinding]:
    """Return what the change leads to: the findings of both sides, and those that only the new side has."""
    old, new = side(folder, "stack", before), side(folder, "stack", after)
    had = {(each.code, each.subject, each.what) for each in judge(old, KNOWN)}
    fresh = [each for each in judge(new, KNOWN) if (each.code, each.subject, each.what) not in had]
    return [*compare(old, new, ReviewContext(KNOWN, NOW)).findings, *fresh]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_a_hidden_danger_is_found(attack: Attack, tmp_path: Path) -> None:
    findings = found(tmp_path, attack.before, attack.after)
    assert (attack.severity, attack.code) in [(each.severity, each.code) for each in findings]
    assert any(attack.says in each.what for each in findings if each.code == attack.code)


@pytest.mark.parametrize("attack", [each for each in ATTACKS if each.twin is not None], ids=lambda attack: attack.name)
def test_its_harmless_twin_leads_to_notes_at_most(attack: Attack, tmp_path: Path) -> None:
    findings = found(tmp_path, attack.twin_of or attack.before, attack.twin or {})
    assert [str(each) for each in findings if each.severity != "note"] == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_either_side_compared_with_itself_leads_to_nothing(attack: Attack, tmp_path: Path) -> None:
    assert [found(tmp_path, each, each) for each in (attack.before, attack.after)] == [[], []]

"""What this package itself synthesizes: all of it is right, so that whatever a review finds there is its own fault."""

import re
from pathlib import Path

import pytest

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.declaration import load
from shared_ecr.findings import Severity
from shared_ecr.model.names import Region
from shared_ecr.review.deployments import Deployment, Stack
from shared_ecr.review.documents import DeploymentTarget, load_deployment
from shared_ecr.review.rules import judge
from shared_ecr.review.rules.headroom import headrooms

ROOT = Path(__file__).parents[2]
GOLDEN = sorted((ROOT / "tests/templates/golden").iterdir())
_STACK = re.compile(r"(?:.*-replicas-(?P<account>[0-9]{12})|.*?)-(?P<region>[a-z]{2}(?:-[a-z]+)+-[0-9])")


def deployed(folder: Path) -> Deployment:
    """Return what the templates of one case deploy together, each in the place that its name says."""
    beside = folder / "registry.yaml"
    account = str(load(beside if beside.exists() else ROOT / "registry.yaml").registry.account)
    stacks: list[Stack] = []
    for path in sorted(folder.glob("*.template.json")):
        match = _STACK.fullmatch(path.name.removesuffix(".template.json"))
        assert match
        place = DeploymentTarget(match["account"] or account, Region.parse(match["region"]))
        stacks += load_deployment(path, place).stacks
    return Deployment(folder.name, tuple(stacks))


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_our_own_templates_have_no_error(folder: Path) -> None:
    found = judge(deployed(folder), TrustBoundary())
    assert [str(each) for each in found if each.severity is Severity.ERROR] == []


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_our_own_templates_have_room_left(folder: Path) -> None:
    assert [each for each in headrooms(deployed(folder)) if each.share > 0.5] == []


def test_our_own_templates_are_warned_of_nothing_but_what_was_declared_so() -> None:
    found = [each for folder in GOLDEN for each in judge(deployed(folder), TrustBoundary())]
    assert {(each.code, each.subject) for each in found if each.severity is Severity.WARNING} == {
        ("mutability-mutable", "mutability/mutable"),
        ("service-name", "consumers/services"),
    }

from pathlib import Path

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.declaration import parse
from shared_ecr.findings import Severity
from shared_ecr.review.documents import DeploymentTarget, load_deployment
from shared_ecr.review.rules import judge
from templates.synthesis import synthesize

DECLARED = """{version: 1, registry: {account: "111111111111", regions: [us-east-1]}, repositories: {
  scratch/emptied: {on_removal: {action: delete, reason: images of pull requests, empty_on_delete: true}},
  scratch/empty: {on_removal: {action: delete, reason: goes once it is empty}}}}"""


def test_what_the_declaration_deletes_with_a_reason_is_found_and_acknowledged_by_the_template(tmp_path: Path) -> None:
    synthesize(parse(DECLARED).registry, tmp_path)
    whole = load_deployment(tmp_path, DeploymentTarget())
    accepted = {
        (each.origin.logical_id, code)
        for stack in whole.stacks
        for each in stack.resources
        for code, _ in each.acknowledged
    }
    found = [each for each in judge(whole, TrustBoundary()) if each.severity is not Severity.NOTE and each.origin]
    assert sorted((each.code, each.subject) for each in found) == [
        ("removal-deletes", "scratch/empty"),
        ("removal-empties", "scratch/emptied"),
    ]
    assert all((each.origin.logical_id, each.code) in accepted for each in found if each.origin)

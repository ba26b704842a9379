import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from live_registries import ACCOUNT, HERE, UNTAGGED, policy, registry, repository, statement
from shared_ecr.documents.live import DeniedRead, LiveRegistry
from shared_ecr.records import replace
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents import DeploymentTarget, load_deployment
from shared_ecr.review.judging import ReviewQuestion, review
from shared_ecr.review.live_side import live_side
from shared_ecr.review.verdict import ReviewResult

NOW = datetime(2026, 11, 30, tzinfo=UTC)
PLACE = DeploymentTarget(str(ACCOUNT), HERE)
OTHER_KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"


def template(**properties: Any) -> dict[str, Any]:
    """Return a template of one repository, `team/app`, that is like a live one by default."""
    held = {**repository("team/app", policy(statement({"AWS": "222222222222"}))).properties, **properties}
    resource = {
        "Type": "AWS::ECR::Repository",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": held,
    }
    return {"Resources": {"Repositoriesteamapp862249B0": resource, "Key": {"Type": "AWS::KMS::Key", "Properties": {}}}}


def after(tmp_path: Path, **properties: Any) -> Deployment:
    path = tmp_path / "new.json"
    path.write_text(json.dumps(template(**properties)))
    return load_deployment(path, PLACE, stack="shared-ecr")


def judged(live: LiveRegistry, new: Deployment) -> ReviewResult:
    return review(new, live_side((live,), new), ReviewQuestion(NOW))


def codes(result: ReviewResult) -> list[str]:
    return sorted({each.finding.code for each in result.findings if not each.is_old})


def owned(**more: Any) -> LiveRegistry:
    held = policy(statement({"AWS": "222222222222"}))
    return registry(repository("team/app", held, owner="shared-ecr", **more))


def test_what_is_live_as_it_is_declared_changes_nothing(tmp_path: Path) -> None:
    result = judged(owned(), after(tmp_path))
    assert (result.repositories, result.settings, codes(result)) == ((), (), [])


@pytest.mark.parametrize(
    "more",
    [
        {"LifecyclePolicy": UNTAGGED},
        {"ImageTagMutability": "IMMUTABLE"},
        {"Tags": [{"Key": "Cost Center", "Value": "42"}]},
        {"ImageScanningConfiguration": {"ScanOnPush": True}},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_is_live_and_not_declared_is_a_change(tmp_path: Path, more: dict[str, Any]) -> None:
    assert len(judged(owned(**more), after(tmp_path)).repositories) == 1


def test_what_no_stack_owns_is_taken_over_and_blocks(tmp_path: Path) -> None:
    live = registry(repository("team/app", policy(statement({"AWS": "222222222222"}))))
    result = judged(live, after(tmp_path))
    assert (codes(result), result.blocks) == (["repository-taken-over"], True)


def test_what_another_stack_owns_blocks(tmp_path: Path) -> None:
    live = replace(owned().repositories[0], owner="theirs")
    result = judged(registry(live), after(tmp_path))
    assert (codes(result), result.blocks) == (["repository-of-another-stack"], True)


def test_what_is_not_declared_is_noted(tmp_path: Path) -> None:
    live = registry(*owned().repositories, repository("other"))
    result = judged(live, after(tmp_path))
    assert (codes(result), result.blocks) == (["repository-unmanaged"], False)


STACK_KEY = {"EncryptionType": "KMS", "KmsKey": {"Fn::GetAtt": ["Key", "Arn"]}}


def test_the_key_that_the_stack_made_is_the_key_of_the_stack(tmp_path: Path) -> None:
    live = owned(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": OTHER_KEY}, key_owner="shared-ecr")
    assert codes(judged(live, after(tmp_path, EncryptionConfiguration=STACK_KEY))) == []


@pytest.mark.parametrize("key_owner", [None, "theirs"])
def test_another_key_is_a_replacement(tmp_path: Path, key_owner: str | None) -> None:
    live = owned(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": OTHER_KEY}, key_owner=key_owner)
    result = judged(live, after(tmp_path, EncryptionConfiguration=STACK_KEY))
    assert "repository-replaced" in codes(result)


def test_what_could_not_be_read_is_a_doubt(tmp_path: Path) -> None:
    live = replace(owned(), unread=(DeniedRead("team/app", "ecr:GetRepositoryPolicy", "denied"),))
    assert any("GetRepositoryPolicy was denied" in each.what for each in judged(live, after(tmp_path)).doubts)


def test_a_registry_that_was_not_read_is_a_doubt(tmp_path: Path) -> None:
    new = after(tmp_path)
    assert any("was not read" in each.what for each in live_side((), new).doubts)

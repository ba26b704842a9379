"""What a verdict says of the findings: which block, which are accepted, which are older than the change."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.findings.acknowledgements import Acknowledgement
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents import DeploymentTarget, load_deployment
from shared_ecr.review.judging import ReviewQuestion, review
from shared_ecr.review.verdict import ReviewResult

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUESTION = ReviewQuestion(NOW)
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
PUBLIC = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": PULL}]}


def deployed(folder: Path, *names: str, metadata: dict[str, Any] | None = None, **properties: Any) -> Deployment:
    """Return the deployment of a template with a repository of each name, all with the same *properties*."""
    resources = {
        f"Repository{number}": {
            "Type": "AWS::ECR::Repository",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Metadata": metadata or {},
            "Properties": {"RepositoryName": name, **properties},
        }
        for number, name in enumerate(names)
    }
    path = folder / "app.template.json"
    path.write_text(json.dumps({"Resources": resources}))
    return load_deployment(path, DeploymentTarget("111111111111"))


def blocking(verdict: ReviewResult) -> list[tuple[str, str]]:
    return [(judged.finding.code, judged.finding.subject) for judged in verdict.findings if judged.blocks]


def test_a_fault_blocks_where_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    after = deployed(tmp_path, "team/app", RepositoryPolicyText=PUBLIC)
    assert blocking(review(after, None, QUESTION)) == [("access-public", "team/app")]


def test_a_fault_that_the_change_brings_blocks(tmp_path: Path) -> None:
    before = deployed(tmp_path, "team/app")
    after = deployed(tmp_path, "team/app", RepositoryPolicyText=PUBLIC)
    assert ("access-public", "team/app") in blocking(review(after, before, QUESTION))


def test_a_fault_that_was_there_before_is_told_and_does_not_block(tmp_path: Path) -> None:
    same = deployed(tmp_path, "team/app", RepositoryPolicyText=PUBLIC)
    verdict = review(same, same, QUESTION)
    assert not verdict.blocks
    assert [each.is_old for each in verdict.findings if each.finding.code == "access-public"] == [True]


def test_a_fault_of_another_repository_is_no_excuse(tmp_path: Path) -> None:
    before = deployed(tmp_path, "team/app", RepositoryPolicyText=PUBLIC)
    after = deployed(tmp_path, "team/app", "team/new", RepositoryPolicyText=PUBLIC)
    assert ("access-public", "team/new") in blocking(review(after, before, QUESTION))


@pytest.mark.parametrize(
    ("until", "blocks"),
    [(date(2026, 11, 21), False), (date(2026, 11, 20), True)],
    ids=["its last day", "the day after"],
)
def test_an_acknowledgement_counts_until_its_day(tmp_path: Path, until: date, *, blocks: bool) -> None:
    after = deployed(tmp_path, "team/app", RepositoryPolicyText=PUBLIC)
    accepted = Acknowledgement("access-public", "team/app", "a public base image", until)
    assert review(after, None, replace(QUESTION, acknowledged=(accepted,))).blocks is blocks


def test_an_acknowledgement_of_another_repository_does_not_count(tmp_path: Path) -> None:
    after = deployed(tmp_path, "team/app", RepositoryPolicyText=PUBLIC)
    accepted = Acknowledgement("access-public", "team/other", "a public base image", date.max)
    assert review(after, None, replace(QUESTION, acknowledged=(accepted,))).blocks


def test_a_template_can_acknowledge_a_finding_itself(tmp_path: Path) -> None:
    metadata = {"shared-ecr": {"acknowledged": {"access-public": "a public base image"}}}
    after = deployed(tmp_path, "team/app", metadata=metadata, RepositoryPolicyText=PUBLIC)
    assert not review(after, None, QUESTION).blocks


def test_a_template_cannot_acknowledge_without_a_reason(tmp_path: Path) -> None:
    metadata = {"shared-ecr": {"acknowledged": {"access-public": " "}}}
    after = deployed(tmp_path, "team/app", metadata=metadata, RepositoryPolicyText=PUBLIC)
    assert review(after, None, QUESTION).blocks


def test_what_blocks_is_told_first(tmp_path: Path) -> None:
    after = deployed(tmp_path, "team/app", RepositoryPolicyText=PUBLIC)
    judged = [each.blocks for each in review(after, None, QUESTION).findings]
    assert judged == sorted(judged, reverse=True)


def test_who_may_do_what_is_told_where_it_is_asked(tmp_path: Path) -> None:
    after = deployed(tmp_path, "team/app", RepositoryPolicyText=PUBLIC)
    (found,) = review(after, None, replace(QUESTION, with_access=True)).matrices
    assert found.names == ("team/app",)

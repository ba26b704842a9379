"""What a verdict says of the findings: which block, which are accepted, which are older than the change."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.findings import Acknowledgement, Acknowledgements
from shared_ecr.records import replace
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


def test_a_fault_that_was_there_before_is_reported_and_does_not_block(tmp_path: Path) -> None:
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
    assert review(after, None, replace(QUESTION, acknowledged=Acknowledgements((accepted,)))).blocks is blocks


def test_an_acknowledgement_of_another_repository_does_not_count(tmp_path: Path) -> None:
    after = deployed(tmp_path, "team/app", RepositoryPolicyText=PUBLIC)
    accepted = Acknowledgement("access-public", "team/other", "a public base image", date.max)
    assert review(after, None, replace(QUESTION, acknowledged=Acknowledgements((accepted,)))).blocks


ACCEPTED = {"shared-ecr": {"acknowledged": {"access-public": "a public base image, until 2027-01-31"}}}
ALL_ACCEPTED = {
    "shared-ecr": {
        "acknowledged": dict.fromkeys(
            ("access-public", "access-widened", "access-widened-outside"), "a public base image, until 2027-01-31"
        )
    }
}


def test_a_template_can_acknowledge_a_finding_itself(tmp_path: Path) -> None:
    after = deployed(tmp_path, "team/app", metadata=ACCEPTED, RepositoryPolicyText=PUBLIC)
    assert not review(after, None, QUESTION).blocks


def test_a_template_that_acknowledges_its_own_change_does_not_release_it(tmp_path: Path) -> None:
    before = deployed(tmp_path, "team/app")
    after = deployed(tmp_path, "team/app", metadata=ALL_ACCEPTED, RepositoryPolicyText=PUBLIC)
    verdict = review(after, before, QUESTION)
    assert verdict.blocks
    assert verdict.findings[0].mark == "blocks, acknowledged by this change"


def test_a_template_that_acknowledged_before_releases_the_change(tmp_path: Path) -> None:
    before = deployed(tmp_path, "team/app", metadata=ALL_ACCEPTED)
    after = deployed(tmp_path, "team/app", metadata=ALL_ACCEPTED, RepositoryPolicyText=PUBLIC)
    assert not review(after, before, QUESTION).blocks


def test_what_the_change_acknowledges_itself_is_reported_first_also_where_it_counts(tmp_path: Path) -> None:
    before = deployed(tmp_path, "team/app")
    after = deployed(tmp_path, "team/app", metadata=ALL_ACCEPTED, RepositoryPolicyText=PUBLIC)
    accepting = replace(QUESTION, acknowledged=Acknowledgements((), (), accepts_new=True))
    verdict = review(after, before, accepting)
    assert not verdict.blocks
    assert verdict.findings[0].mark == "acknowledged by this change until 2027-01-31"


@pytest.mark.parametrize("reason", [" ", "a public base image", "a public base image, until 2031-01-31"])
def test_a_template_cannot_acknowledge_without_a_reason_and_a_day_within_a_year(tmp_path: Path, reason: str) -> None:
    metadata = {"shared-ecr": {"acknowledged": {"access-public": reason}}}
    after = deployed(tmp_path, "team/app", metadata=metadata, RepositoryPolicyText=PUBLIC)
    assert review(after, None, QUESTION).blocks


def test_a_deletion_that_was_declared_with_a_reason_needs_no_other_acknowledgement(tmp_path: Path) -> None:
    before = deployed(tmp_path, "team/app", "team/other", metadata={"DeletedBecause": "images of pull requests"})
    deleted = replace(
        before,
        stacks=tuple(
            replace(stack, resources=tuple(replace(each, deletion_policy="Delete") for each in stack.resources))
            for stack in before.stacks
        ),
    )
    after = replace(deleted, stacks=tuple(replace(stack, resources=stack.resources[1:]) for stack in deleted.stacks))
    verdict = review(after, deleted, QUESTION)
    assert [each.mark for each in verdict.findings if each.finding.code == "repository-deleted"] == ["acknowledged"]
    assert not verdict.blocks


def test_a_repository_that_was_declared_without_a_lifecycle_policy_needs_no_other_acknowledgement(
    tmp_path: Path,
) -> None:
    before = deployed(tmp_path, "team/app", metadata={"NoLifecycleBecause": "kept for audit"})
    verdict = review(before, before, QUESTION)
    assert [each.mark for each in verdict.findings if each.finding.code == "lifecycle-missing"] == ["acknowledged"]


def test_what_blocks_is_reported_first(tmp_path: Path) -> None:
    after = deployed(tmp_path, "team/app", RepositoryPolicyText=PUBLIC)
    judged = [each.blocks for each in review(after, None, QUESTION).findings]
    assert judged == sorted(judged, reverse=True)


def test_who_may_do_what_is_reported_where_it_is_asked(tmp_path: Path) -> None:
    after = deployed(tmp_path, "team/app", RepositoryPolicyText=PUBLIC)
    (found,) = review(after, None, replace(QUESTION, with_access=True)).matrices
    assert found.names == ("team/app",)

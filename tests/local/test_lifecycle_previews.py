import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.registry_caller import RegistryCaller, client, digest_of, image_manifest, index
from shared_ecr.local import LocalAws

KEEP_ONE = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
            "action": {"type": "expire"},
        }
    ]
}


@pytest.fixture
def ecr(aws: LocalAws) -> Iterator[Any]:
    with client(aws, "ecr") as made:
        yield made


@pytest.fixture
def repository(ecr: Any, registry: RegistryCaller, request: pytest.FixtureRequest) -> str:
    name = f"previews/{request.node.name.replace('_', '-')}"
    ecr.create_repository(repositoryName=name)
    for number in range(3):
        registry.push_image(name, f"v{number}", str(number).encode())
    return name


def completed(ecr: Any, name: str, policy: object = KEEP_ONE, **page: Any) -> Any:
    ecr.start_lifecycle_policy_preview(repositoryName=name, lifecyclePolicyText=json.dumps(policy))
    ecr.get_lifecycle_policy_preview(repositoryName=name)
    return ecr.get_lifecycle_policy_preview(repositoryName=name, **page)


def test_a_preview_is_first_in_progress_and_then_complete(ecr: Any, repository: str) -> None:
    text = json.dumps(KEEP_ONE)
    started = ecr.start_lifecycle_policy_preview(repositoryName=repository, lifecyclePolicyText=text)
    looks = [ecr.get_lifecycle_policy_preview(repositoryName=repository)["status"] for _ in range(2)]
    assert [started["status"], *looks] == ["IN_PROGRESS", "IN_PROGRESS", "COMPLETE"]


def test_a_preview_names_each_image_that_goes_with_its_rule(ecr: Any, repository: str) -> None:
    results = completed(ecr, repository)["previewResults"]
    assert [(each["action"]["type"], each["appliedRulePriority"]) for each in results] == [("EXPIRE", 1)] * 2


def test_the_summary_counts_what_expires(ecr: Any, repository: str) -> None:
    assert completed(ecr, repository)["summary"]["expiringImageTotalCount"] == 2


def test_results_come_in_pages(ecr: Any, repository: str) -> None:
    first = completed(ecr, repository, maxResults=1)
    second = ecr.get_lifecycle_policy_preview(repositoryName=repository, maxResults=1, nextToken=first["nextToken"])
    assert len({page["previewResults"][0]["imageDigest"] for page in (first, second)}) == 2
    assert "nextToken" not in second


def test_a_page_of_more_than_a_hundred_is_refused(ecr: Any, repository: str) -> None:
    with pytest.raises(ecr.exceptions.InvalidParameterException, match="maxResults"):
        completed(ecr, repository, maxResults=101)


def test_a_second_preview_waits_for_the_first(ecr: Any, repository: str) -> None:
    start = {"repositoryName": repository, "lifecyclePolicyText": json.dumps(KEEP_ONE)}
    ecr.start_lifecycle_policy_preview(**start)
    with pytest.raises(ecr.exceptions.LifecyclePolicyPreviewInProgressException):
        ecr.start_lifecycle_policy_preview(**start)


def test_without_a_text_the_stored_policy_is_previewed(ecr: Any, repository: str) -> None:
    ecr.put_lifecycle_policy(repositoryName=repository, lifecyclePolicyText=json.dumps(KEEP_ONE))
    ecr.start_lifecycle_policy_preview(repositoryName=repository)
    ecr.get_lifecycle_policy_preview(repositoryName=repository)
    assert len(ecr.get_lifecycle_policy_preview(repositoryName=repository)["previewResults"]) == 2


def test_without_text_and_stored_policy_there_is_nothing_to_preview(ecr: Any, repository: str) -> None:
    with pytest.raises(ecr.exceptions.LifecyclePolicyNotFoundException):
        ecr.start_lifecycle_policy_preview(repositoryName=repository)


def test_a_policy_that_ecr_refuses_is_refused(ecr: Any, repository: str) -> None:
    policy = json.loads(json.dumps(KEEP_ONE).replace('"countNumber": 1', '"countNumber": 0'))
    with pytest.raises(ecr.exceptions.InvalidParameterException, match="Lifecycle policy validation failure"):
        completed(ecr, repository, policy)


def test_a_preview_that_was_never_started_is_not_found(ecr: Any, repository: str) -> None:
    with pytest.raises(ecr.exceptions.LifecyclePolicyPreviewNotFoundException):
        ecr.get_lifecycle_policy_preview(repositoryName=repository)


def test_a_preview_of_an_unknown_repository_is_refused(ecr: Any) -> None:
    with pytest.raises(ecr.exceptions.RepositoryNotFoundException):
        ecr.start_lifecycle_policy_preview(repositoryName="previews/unknown")


def test_a_manifest_that_an_index_lists_does_not_go(ecr: Any, registry: RegistryCaller, repository: str) -> None:
    child = image_manifest(registry.push_blob(repository, b"{}"))
    registry.put_manifest(repository, digest_of(child), child)
    registry.put_manifest(repository, "list", index(child))
    gone = {each["imageDigest"] for each in completed(ecr, repository)["previewResults"]}
    assert digest_of(child) not in gone


def test_a_pull_is_shown_by_describe_images(ecr: Any, registry: RegistryCaller, repository: str) -> None:
    registry.ask("GET", f"{repository}/manifests/v1")
    details = ecr.describe_images(repositoryName=repository)["imageDetails"]
    assert [each["imageTags"] for each in details if "lastRecordedPullTime" in each] == [["v1"]]

from pathlib import Path

import pytest

from client.pushing import ECR_HOST, Bench, EcrApi
from shared_ecr.client.aws.creation import RepositoryCreation
from shared_ecr.client.errors import NoSuchRepositoryError
from shared_ecr.client.pushers.creation import RepositoryState
from shared_ecr.findings.errors import RefusedError

ON_PUSH = {"prefix": "team", "appliedFor": ["CREATE_ON_PUSH", "REPLICATION"]}


@pytest.fixture
def api(ecr: Bench) -> EcrApi:
    """ECR's API of a registry without the repository."""
    ecr.registry.contents.missing.add("team/app")
    assert ecr.api is not None
    return ecr.api


def test_a_missing_repository_is_reported_before_the_first_upload_with_the_cure(
    ecr: Bench, api: EcrApi, layout: Path
) -> None:
    with pytest.raises(NoSuchRepositoryError, match=r"no repository team/app in .*registry\.yaml.*--create"):
        ecr.push(layout, as_ecr=True)
    assert {seen.method for seen in ecr.registry.seen} == {"HEAD"}


def test_a_missing_repository_is_created_when_asked_for(ecr: Bench, api: EcrApi, layout: Path) -> None:
    result = ecr.push(layout, as_ecr=True, create=True)
    assert ecr.registry.contents.repositories["team/app"].tags == {"1.0": str(result.digest)}


def test_what_is_created_has_tags_that_do_not_move_and_a_scan_on_push_and_nothing_else(
    ecr: Bench, api: EcrApi, layout: Path
) -> None:
    ecr.push(layout, as_ecr=True, create=True)
    (asked,) = [asked for name, asked in api.calls if name == "CreateRepository"]
    assert asked == {
        "registryId": "123456789012",
        "repositoryName": "team/app",
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
    }


def test_a_created_repository_is_reported_as_not_in_the_declaration(ecr: Bench, api: EcrApi, layout: Path) -> None:
    ecr.push(layout, as_ecr=True, create=True)
    assert any("created the repository" in line and "not in the declaration" in line for line in ecr.heard.lines)


def test_a_repository_that_is_there_is_not_created(ecr: Bench, layout: Path) -> None:
    ecr.push(layout, as_ecr=True, create=True)
    assert ecr.api is not None
    assert ecr.api.count("CreateRepository") == 0


def test_a_plan_creates_nothing_and_says_what_would_be(ecr: Bench, api: EcrApi, layout: Path) -> None:
    plan = ecr.plan(layout, as_ecr=True, create=True)
    assert plan.standing is RepositoryState.BY_REQUEST
    assert api.count("CreateRepository") == 0
    assert ("ecr:CreateRepository", "team/app") in [(need.action, need.resource) for need in plan.needs]


def test_where_a_template_creates_on_push_the_push_creates(ecr: Bench, api: EcrApi, layout: Path) -> None:
    api.templates.append(ON_PUSH)
    ecr.registry.contents.templates.add("team")
    ecr.push(layout, as_ecr=True, create=True)
    assert api.count("CreateRepository") == 0
    assert any("the creation template team creates" in line for line in ecr.heard.lines)
    assert "1.0" in ecr.registry.contents.repositories["team/app"].tags


@pytest.mark.parametrize(
    ("templates", "found"),
    [
        ([ON_PUSH], "team"),
        ([{**ON_PUSH, "appliedFor": ["REPLICATION"]}], ""),
        ([{**ON_PUSH, "prefix": "ROOT"}], "ROOT"),
        ([{**ON_PUSH, "prefix": "ROOT"}, ON_PUSH], "team"),
        ([{**ON_PUSH, "prefix": "tea"}], ""),
        ([{**ON_PUSH, "prefix": "team/app"}], ""),
        ([{**ON_PUSH, "prefix": "team/"}], "team/"),
        ([], ""),
    ],
    ids=[
        "its prefix", "for replication", "for all", "the most specific", "part of a word", "the name", "a slash", "none"
    ],
)  # fmt: skip
def test_the_template_of_a_repository_is_the_most_specific_for_pushes(
    api: EcrApi, templates: list[dict[str, object]], found: str
) -> None:
    api.templates.extend(templates)
    assert RepositoryCreation(api).template_for(ECR_HOST, "team/app") == found


def test_templates_of_another_account_are_not_known(api: EcrApi) -> None:
    api.templates.append(ON_PUSH)
    api.template_registry = "999999999999"
    assert RepositoryCreation(api).template_for(ECR_HOST, "team/app") is None


def test_where_templates_may_not_be_read_the_first_upload_says(ecr: Bench, api: EcrApi, layout: Path) -> None:
    api.denied.add("DescribeRepositoryCreationTemplates")
    assert ecr.plan(layout, as_ecr=True).standing is RepositoryState.DOUBTFUL
    with pytest.raises(NoSuchRepositoryError):
        ecr.push(layout, as_ecr=True)
    ecr.registry.contents.templates.add("team")
    ecr.push(layout, as_ecr=True)


def test_a_repository_that_may_not_be_created_is_reported_by_the_permission(
    ecr: Bench, api: EcrApi, layout: Path
) -> None:
    api.denied.add("CreateRepository")
    with pytest.raises(RefusedError, match="does not allow ecr:CreateRepository"):
        ecr.push(layout, as_ecr=True, create=True)
    assert ecr.registry.count("POST") == 0


def test_a_repository_that_another_push_creates_meanwhile_is_taken(ecr: Bench, api: EcrApi) -> None:
    ecr.registry.contents.missing.clear()
    RepositoryCreation(api).create(ECR_HOST, "team/app")


def test_a_missing_repository_is_created_though_its_layers_may_not_be_asked_for(
    ecr: Bench, api: EcrApi, layout: Path
) -> None:
    api.denied.add("BatchCheckLayerAvailability")
    ecr.push(layout, as_ecr=True, create=True)
    assert api.count("CreateRepository") == 1


def test_without_the_api_a_missing_repository_is_reported_by_the_first_upload(bench: Bench, layout: Path) -> None:
    bench.registry.contents.missing.add("team/app")
    with pytest.raises(NoSuchRepositoryError):
        bench.push(layout, as_ecr=True, create=True)


def test_other_registries_create_what_is_pushed_to(ecr: Bench, layout: Path) -> None:
    ecr.push(layout, create=True)
    assert ecr.api is not None
    assert ecr.api.calls == []

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from local.registry_caller import RegistryCaller, client, error_of
from shared_ecr.local import LocalAws

LATEST = [{"filterType": "WILDCARD", "filter": "latest*"}]
TEMPLATE_FILTERS = [
    {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": "latest*"}
]
MOVED, REFUSED = 201, 400
FOUR_MODES = [
    ("MUTABLE", "v1", MOVED),
    ("IMMUTABLE", "v1", REFUSED),
    ("IMMUTABLE_WITH_EXCLUSION", "v1", REFUSED),
    ("IMMUTABLE_WITH_EXCLUSION", "latest-a", MOVED),
    ("IMMUTABLE_WITH_EXCLUSION", "not-latest", REFUSED),
    ("MUTABLE_WITH_EXCLUSION", "v1", MOVED),
    ("MUTABLE_WITH_EXCLUSION", "latest-a", REFUSED),
    ("MUTABLE_WITH_EXCLUSION", "not-latest", MOVED),
]


def rule(mode: str) -> dict[str, Any]:
    filters = {"imageTagMutabilityExclusionFilters": LATEST} if mode.endswith("EXCLUSION") else {}
    return {"imageTagMutability": mode, **filters}


def shown(ecr: Any, name: str) -> tuple[str, Any]:
    repository = ecr.describe_repositories(repositoryNames=[name])["repositories"][0]
    return repository["imageTagMutability"], repository.get("imageTagMutabilityExclusionFilters")


@pytest.mark.parametrize(("mode", "tag", "status"), FOUR_MODES, ids=[" ".join(map(str, each)) for each in FOUR_MODES])
def test_a_tag_moves_as_the_rule_of_its_repository_says(
    aws: LocalAws, registry: RegistryCaller, mode: str, tag: str, status: int
) -> None:
    name = f"rules/{mode.lower()}-{tag}"
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName=name, **rule(mode))
    assert registry.push_image(name, tag, b"one").status == 201
    assert registry.push_image(name, tag, b"two").status == status


def test_even_the_same_image_is_refused_under_an_immutable_tag_in_the_words_of_ecr(
    aws: LocalAws, registry: RegistryCaller
) -> None:
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName="rules/app", imageTagMutability="IMMUTABLE")
    registry.push_image("rules/app", "v1")
    message = (
        "The image tag 'v1' already exists in the 'rules/app' repository and cannot be overwritten "
        "because the tag is immutable."
    )
    assert error_of(registry.push_image("rules/app", "v1")) == (400, "TAG_INVALID", message)


def test_filters_are_in_the_answer_to_the_creation(aws: LocalAws) -> None:
    with client(aws, "ecr") as ecr:
        created = ecr.create_repository(repositoryName="rules/created", **rule("IMMUTABLE_WITH_EXCLUSION"))
    assert created["repository"]["imageTagMutabilityExclusionFilters"] == LATEST


def test_a_changed_rule_is_kept(aws: LocalAws) -> None:
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName="rules/changed")
        ecr.put_image_tag_mutability(repositoryName="rules/changed", **rule("MUTABLE_WITH_EXCLUSION"))
        assert shown(ecr, "rules/changed") == ("MUTABLE_WITH_EXCLUSION", LATEST)


def test_filters_go_with_the_mode_that_had_them(aws: LocalAws) -> None:
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName="rules/plain", **rule("MUTABLE_WITH_EXCLUSION"))
        ecr.put_image_tag_mutability(repositoryName="rules/plain", imageTagMutability="IMMUTABLE")
        assert shown(ecr, "rules/plain") == ("IMMUTABLE", None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"imageTagMutability": "NOPE"},
        {"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"},
        {"imageTagMutability": "IMMUTABLE", "imageTagMutabilityExclusionFilters": LATEST},
        {"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "imageTagMutabilityExclusionFilters": LATEST * 6},
        {
            "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "a/b"}],
        },
    ],
    ids=["unknown mode", "no filters", "filters without the mode", "six filters", "a character no tag has"],
)
def test_a_rule_that_ecr_refuses_is_refused(aws: LocalAws, wrong: dict[str, Any]) -> None:
    with client(aws, "ecr") as ecr, pytest.raises(ClientError, match="InvalidParameterException"):
        ecr.create_repository(repositoryName="rules/wrong", **wrong)


def test_put_image_obeys_the_rule_too(aws: LocalAws, registry: RegistryCaller) -> None:
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName="rules/api", imageTagMutability="IMMUTABLE")
        registry.push_image("rules/api", "v1")
        manifest = registry.ask("GET", "rules/api/manifests/v1").data.decode()
        with pytest.raises(ecr.exceptions.ImageTagAlreadyExistsException):
            ecr.put_image(repositoryName="rules/api", imageManifest=manifest, imageTag="v1")


def deploy(aws: LocalAws, stack: str, properties: dict[str, Any], *, update: bool = False) -> None:
    template = {"Resources": {"App": {"Type": "AWS::ECR::Repository", "Properties": properties}}}
    with client(aws, "cloudformation") as cloudformation:
        change = cloudformation.update_stack if update else cloudformation.create_stack
        change(StackName=stack, TemplateBody=json.dumps(template))
        waiter = cloudformation.get_waiter(f"stack_{'update' if update else 'create'}_complete")
        waiter.wait(StackName=stack, WaiterConfig={"Delay": 0.05, "MaxAttempts": 100})


def test_a_stack_declares_filters_and_changes_them(aws: LocalAws) -> None:
    name = "rules/stacked"
    declared = {
        "RepositoryName": name,
        "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "ImageTagMutabilityExclusionFilters": TEMPLATE_FILTERS,
    }
    deploy(aws, "rules-stacked", declared)
    with client(aws, "ecr") as ecr:
        created = shown(ecr, name)
        deploy(aws, "rules-stacked", {"RepositoryName": name, "ImageTagMutability": "IMMUTABLE"}, update=True)
        assert (created, shown(ecr, name)) == (("IMMUTABLE_WITH_EXCLUSION", LATEST), ("IMMUTABLE", None))


def test_a_stack_does_not_take_over_a_repository_that_exists(aws: LocalAws) -> None:
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName="rules/retained")
        with pytest.raises(WaiterError, match="ROLLBACK_COMPLETE"):
            deploy(aws, "rules-retained", {"RepositoryName": "rules/retained"})
        assert ecr.describe_repositories(repositoryNames=["rules/retained"])["repositories"]

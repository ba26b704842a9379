import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.registry_caller import RegistryCaller, error_of, token_of
from shared_ecr.local import LocalAws

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "222222222222"},
                "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            }
        ],
    }
)
LIFECYCLE = json.dumps(
    {
        "rules": [
            {
                "rulePriority": 1,
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "sinceImagePushed",
                    "countUnit": "days",
                    "countNumber": 7,
                },
                "action": {"type": "expire"},
            }
        ]
    }
)
ON_PUSH = {"appliedFor": ["CREATE_ON_PUSH"]}
ROLE = "arn:aws:iam::111111111111:role/templates"
FILTERS = [{"filterType": "WILDCARD", "filter": "latest*"}]


@pytest.fixture
def pusher(aws: LocalAws, account: str) -> Iterator[RegistryCaller]:
    with RegistryCaller.logged_in(aws, token=token_of(aws, account=account)) as caller:
        yield caller


def test_a_template_is_described_with_its_defaults(ecr: Any) -> None:
    ecr.create_repository_creation_template(prefix="team", **ON_PUSH)
    template = ecr.describe_repository_creation_templates(prefixes=["team"])["repositoryCreationTemplates"][0]
    assert {key: template[key] for key in ("imageTagMutability", "encryptionConfiguration")} == {
        "imageTagMutability": "MUTABLE",
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }


def test_an_update_changes_what_it_names(ecr: Any) -> None:
    ecr.create_repository_creation_template(prefix="team", description="ours", **ON_PUSH)
    ecr.update_repository_creation_template(prefix="team", imageTagMutability="IMMUTABLE")
    template = ecr.describe_repository_creation_templates()["repositoryCreationTemplates"][0]
    assert (template["description"], template["imageTagMutability"]) == ("ours", "IMMUTABLE")


def test_a_second_template_for_a_prefix_is_refused(ecr: Any) -> None:
    ecr.create_repository_creation_template(prefix="team", **ON_PUSH)
    with pytest.raises(ecr.exceptions.TemplateAlreadyExistsException):
        ecr.create_repository_creation_template(prefix="team/", **ON_PUSH)


def test_a_deleted_template_is_gone(ecr: Any) -> None:
    ecr.create_repository_creation_template(prefix="team", **ON_PUSH)
    ecr.delete_repository_creation_template(prefix="team")
    with pytest.raises(ecr.exceptions.TemplateNotFoundException):
        ecr.update_repository_creation_template(prefix="team", description="gone")


@pytest.mark.parametrize(
    "wrong",
    [
        {"appliedFor": []},
        {"repositoryPolicy": "{}"},
        {"lifecyclePolicy": '{"rules": []}'},
        {"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"},
        {"imageTagMutabilityExclusionFilters": FILTERS},
        {"encryptionConfiguration": {"encryptionType": "AES256", "kmsKey": f"arn:aws:kms:us-east-1:{'1' * 12}:key/a"}},
        {"encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": "alias/mine"}},
        {"resourceTags": [{"Key": str(number), "Value": "v"} for number in range(51)]},
        {"prefix": "Team"},
    ],
    ids=[
        "for no reason", "policy", "lifecycle", "no filters", "filters", "key without KMS", "key by alias", "51 tags",
        "prefix",
    ],
)  # fmt: skip
def test_a_template_whose_repositories_could_not_be_is_refused(ecr: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ecr.exceptions.ClientError):
        ecr.create_repository_creation_template(**({"prefix": "team", **ON_PUSH} | wrong))
    assert ecr.describe_repository_creation_templates()["repositoryCreationTemplates"] == []


def test_a_push_creates_what_the_template_says(ecr: Any, pusher: RegistryCaller) -> None:
    ecr.create_repository_creation_template(
        prefix="team",
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=FILTERS,
        repositoryPolicy=POLICY,
        lifecyclePolicy=LIFECYCLE,
        resourceTags=[{"Key": "owner", "Value": "team"}],
        customRoleArn=ROLE,
        **ON_PUSH,
    )
    assert pusher.push_image("team/app", "v1").status == 201
    made = ecr.describe_repositories(repositoryNames=["team/app"])["repositories"][0]
    assert {
        "mutability": (made["imageTagMutability"], made["imageTagMutabilityExclusionFilters"]),
        "policy": ecr.get_repository_policy(repositoryName="team/app")["policyText"],
        "lifecycle": ecr.get_lifecycle_policy(repositoryName="team/app")["lifecyclePolicyText"],
        "tags": ecr.list_tags_for_resource(resourceArn=made["repositoryArn"])["tags"],
    } == {
        "mutability": ("IMMUTABLE_WITH_EXCLUSION", FILTERS),
        "policy": POLICY,
        "lifecycle": LIFECYCLE,
        "tags": [{"Key": "owner", "Value": "team"}],
    }


@pytest.mark.parametrize(
    ("name", "mutability"),
    [("team/app", "IMMUTABLE"), ("teams/app", "MUTABLE"), ("team/web/app", "MUTABLE")],
    ids=["below the prefix", "beside it", "below a longer one"],
)
def test_the_longest_prefix_wins_and_root_takes_the_rest(
    ecr: Any, pusher: RegistryCaller, name: str, mutability: str
) -> None:
    for prefix, rule in (("ROOT", "MUTABLE"), ("team", "IMMUTABLE"), ("team/web", "MUTABLE")):
        ecr.create_repository_creation_template(prefix=prefix, imageTagMutability=rule, **ON_PUSH)
    pusher.push_image(name, "v1")
    made = ecr.describe_repositories(repositoryNames=[name])["repositories"][0]
    assert made["imageTagMutability"] == mutability


def test_the_rule_of_a_template_holds_from_the_second_push_on(ecr: Any, pusher: RegistryCaller) -> None:
    ecr.create_repository_creation_template(prefix="ROOT", imageTagMutability="IMMUTABLE", **ON_PUSH)
    answers = [pusher.push_image("new/app", "v1", content).status for content in (b"one", b"two")]
    assert answers == [201, 400]


@pytest.mark.parametrize(
    "template",
    [None, {"appliedFor": ["REPLICATION", "PULL_THROUGH_CACHE"]}],
    ids=["no template", "a template for other reasons"],
)
def test_a_push_creates_nothing_without_a_template_for_it(
    ecr: Any, pusher: RegistryCaller, template: dict[str, Any] | None
) -> None:
    if template:
        ecr.create_repository_creation_template(prefix="ROOT", **template)
    assert error_of(pusher.ask("POST", "team/app/blobs/uploads/"))[:2] == (404, "NAME_UNKNOWN")


@pytest.mark.parametrize(
    "demanding",
    [{"resourceTags": [{"Key": "a", "Value": "b"}]}, {"encryptionConfiguration": {"encryptionType": "KMS"}}],
    ids=["tags", "KMS"],
)
def test_a_template_that_needs_a_role_and_has_none_creates_nothing(
    ecr: Any, pusher: RegistryCaller, demanding: dict[str, Any]
) -> None:
    ecr.create_repository_creation_template(prefix="team", **ON_PUSH, **demanding)
    status, code, message = error_of(pusher.ask("POST", "team/app/blobs/uploads/"))
    assert (status, code, "no customRoleArn" in message) == (404, "NAME_UNKNOWN", True)
    assert ecr.describe_repositories()["repositories"] == []


def test_a_pull_creates_nothing(ecr: Any, pusher: RegistryCaller) -> None:
    ecr.create_repository_creation_template(prefix="ROOT", **ON_PUSH)
    assert pusher.ask("GET", "team/app/manifests/v1").status == 404
    assert ecr.describe_repositories()["repositories"] == []


def test_an_upload_through_the_api_creates_too(ecr: Any) -> None:
    ecr.create_repository_creation_template(prefix="ROOT", **ON_PUSH)
    ecr.initiate_layer_upload(repositoryName="team/app")
    assert [each["repositoryName"] for each in ecr.describe_repositories()["repositories"]] == ["team/app"]

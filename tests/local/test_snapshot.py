"""A registry in the embedded AWS, read as a snapshot."""

import json
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.ecr_calls import call
from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.faults import AwsDeniedError
from shared_ecr.client.aws.registry import RegistryQuestion, read_registry
from shared_ecr.client.aws.registry.repositories import RepositorySelection
from shared_ecr.documents.live import LiveRegistry
from shared_ecr.local import LocalAws
from shared_ecr.model.names import Region
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.pull_time_exclusions import EXCLUSION
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.model.settings.scanning import SCANNING_CONFIGURATION

HERE = Region("us-east-1")
POLICY = '{"Version": "2012-10-17", "Statement": []}'
LIFECYCLE = json.dumps(
    {
        "rules": [
            {
                "rulePriority": 1,
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 3},
                "action": {"type": "expire"},
            }
        ]
    }
)
# Every read that a snapshot makes; each is denied once.
PER_REPOSITORY = ("GetRepositoryPolicy", "GetLifecyclePolicy", "ListTagsForResource")
OF_THE_REGISTRY = (
    *("DescribeRegistry", "GetRegistryPolicy", "GetRegistryScanningConfiguration", "DescribePullThroughCacheRules"),
    *("DescribeRepositoryCreationTemplates", "GetSigningConfiguration", "ListPullTimeUpdateExclusions"),
    "GetAccountSetting",
)


def read(clients: AwsClients, **more: Any) -> LiveRegistry:
    return read_registry(clients, RegistryQuestion(HERE, "2026-11-30T00:00:00+00:00", **more))


def test_a_repository_has_what_a_template_would_say(clients: AwsClients, ecr: Any) -> None:
    ecr.create_repository(
        repositoryName="team/app",
        tags=[{"Key": "Cost Center", "Value": "42"}],
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "latest"}],
        imageScanningConfiguration={"scanOnPush": True},
    )
    ecr.set_repository_policy(repositoryName="team/app", policyText=POLICY)
    ecr.put_lifecycle_policy(repositoryName="team/app", lifecyclePolicyText=LIFECYCLE)
    (found,) = read(clients).repositories
    assert found.policy_text == POLICY
    assert dict(found.properties) == {
        "RepositoryName": "team/app",
        "EncryptionConfiguration": {"EncryptionType": "AES256"},
        "ImageScanningConfiguration": {"ScanOnPush": True},
        "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "ImageTagMutabilityExclusionFilters": [
            {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": "latest"}
        ],
        "LifecyclePolicy": {"LifecyclePolicyText": LIFECYCLE},
        "RepositoryPolicyText": {"Version": "2012-10-17", "Statement": []},
        "Tags": [{"Key": "Cost Center", "Value": "42"}],
    }


def test_the_settings_of_the_registry_are_resources(clients: AwsClients, ecr: Any, account: str) -> None:
    arn = f"arn:aws:ecr:us-east-1:{account}:repository/*"
    allowed = {
        "Sid": "R",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
        "Action": "ecr:ReplicateImage",
        "Resource": arn,
    }
    ecr.put_registry_policy(policyText=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    ecr.put_replication_configuration(
        replicationConfiguration={"rules": [{"destinations": [{"region": "eu-west-1", "registryId": account}]}]}
    )
    ecr.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    live = read(clients)
    kinds = {each.kind for each in live.resources}
    assert {
        REGISTRY_POLICY.type,
        REPLICATION_CONFIGURATION.type,
        SCANNING_CONFIGURATION.type,
        CALLED_SETTING.type,
    } <= kinds
    assert EXCLUSION.type not in kinds


def test_deletions_that_replication_repeats_are_read_though_the_sdk_does_not_know_them(
    clients: AwsClients, aws: LocalAws, account: str
) -> None:
    """Without them an adoption would end them in silence."""
    rules = [
        {
            "destinations": [{"region": "eu-west-1", "registryId": account}],
            "repositoryFilters": [{"filter": "prod/", "filterType": "PREFIX_MATCH"}],
            "deleteReplication": {"enabled": True},
        }
    ]
    call(aws, "PutReplicationConfiguration", {"replicationConfiguration": {"rules": rules}}, account=account)
    held = read(clients).one(CALLED_SETTING.type, "REPLICATION_OF_DELETIONS")
    assert held is not None
    assert json.loads(str(held.properties["Body"])) == {"replicationConfiguration": {"rules": rules}}


def test_only_the_selected_repositories_are_read(clients: AwsClients, ecr: Any) -> None:
    for name in ("team/a", "team/b", "other"):
        ecr.create_repository(repositoryName=name)
    live = read(clients, selection=RepositorySelection(("team/*",), ("*/b",)))
    assert [each.name for each in live.repositories] == ["team/a"]
    assert live.selection == ("team/*", "!*/b")


def deny(clients: AwsClients, action: str) -> None:
    """Answer *action* as AWS does when no policy allows it."""

    def denied(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, action)

    clients.ecr(HERE).meta.events.register(f"before-call.ecr.{action}", denied)


@pytest.mark.parametrize("action", PER_REPOSITORY)
def test_a_denied_part_of_a_repository_is_reported_and_the_rest_is_read(
    clients: AwsClients, ecr: Any, action: str
) -> None:
    ecr.create_repository(repositoryName="team/app")
    deny(clients, action)
    live = read(clients)
    assert [(part.repository, part.action) for part in live.unread] == [("team/app", f"ecr:{action}")]
    assert [each.name for each in live.repositories] == ["team/app"]


@pytest.mark.parametrize("action", OF_THE_REGISTRY)
def test_a_denied_setting_is_reported_and_the_rest_is_read(clients: AwsClients, ecr: Any, action: str) -> None:
    ecr.create_repository(repositoryName="team/app")
    deny(clients, action)
    live = read(clients)
    assert {(part.repository, part.action) for part in live.unread} == {("", f"ecr:{action}")}
    assert [each.name for each in live.repositories] == ["team/app"]


def test_without_the_list_of_repositories_nothing_is_read(clients: AwsClients) -> None:
    deny(clients, "DescribeRepositories")
    with pytest.raises(AwsDeniedError, match="DescribeRepositories"):
        read(clients)


def test_more_than_a_page_of_repositories_is_read(clients: AwsClients, ecr: Any) -> None:
    """The emulator has no pages of a thousand, so the answers are split here as AWS splits them."""
    names = [f"many/{number}" for number in range(5)]
    for name in names:
        ecr.create_repository(repositoryName=name)

    def split(parsed: dict[str, Any], **_: Any) -> None:
        found = sorted(parsed["repositories"], key=lambda each: each["repositoryName"])
        start = next(starts)
        parsed["repositories"] = found[start : start + 2]
        if start + 2 < len(found):
            parsed["nextToken"] = f"from {start + 2}"

    starts = count(step=2)
    clients.ecr(HERE).meta.events.register("after-call.ecr.DescribeRepositories", split)
    assert [each.name for each in read(clients).repositories] == names


def test_a_repository_that_is_deleted_meanwhile_is_left_out(clients: AwsClients, ecr: Any) -> None:
    for name in ("stays", "vanishes"):
        ecr.create_repository(repositoryName=name)

    def vanish(**_: Any) -> None:
        ecr.delete_repository(repositoryName="vanishes")

    clients.ecr(HERE).meta.events.register("after-call.ecr.DescribeRepositories", vanish)
    assert [each.name for each in read(clients).repositories] == ["stays"]


def test_what_belongs_to_a_stack_says_so(clients: AwsClients, stacks: Any) -> None:
    stacks.create({"R": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "owned"}}}, "mine")
    (found,) = read(clients, stacks=("mine", "no-such-stack")).repositories
    assert found.owner == "mine"


def test_a_tag_of_a_stack_that_does_not_have_it_any_more_is_no_owner(
    clients: AwsClients, ecr: Any, stacks: Any
) -> None:
    stacks.create({"R": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "held"}}}, "mine")
    ecr.create_repository(repositoryName="left")

    def tagged(parsed: dict[str, Any], **_: Any) -> None:
        parsed["tags"].append({"Key": "aws:cloudformation:stack-name", "Value": "mine"})

    clients.ecr(HERE).meta.events.register("after-call.ecr.ListTagsForResource", tagged)
    owners = {each.name: each.owner for each in read(clients, stacks=("mine",)).repositories}
    assert owners == {"held": "mine", "left": None}
    assert {each.name: each.owner for each in read(clients).repositories}["left"] == "mine"

"""The embedded AWS imports as CloudFormation does: what the template leaves out is removed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.registry_caller import client
from local.stacks import Stacks
from shared_ecr.local import LocalAws

PARTNER = "arn:aws:iam::222222222222:root"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "P",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
            "Action": "ecr:BatchGetImage",
        }
    ],
}
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
NAMED = {"RepositoryName": "legacy/shop"}


@pytest.fixture
def ecr(aws: LocalAws, account: str) -> Iterator[Any]:
    with client(aws, "ecr", account=account) as made:
        made.create_repository(repositoryName="legacy/shop", tags=[{"Key": "Cost Center", "Value": "42"}])
        made.set_repository_policy(repositoryName="legacy/shop", policyText=json.dumps(POLICY))
        made.put_lifecycle_policy(repositoryName="legacy/shop", lifecyclePolicyText=LIFECYCLE)
        yield made


def resource(**properties: Any) -> dict[str, Any]:
    held = {"RepositoryName": "legacy/shop", **properties}
    return {"Type": "AWS::ECR::Repository", "DeletionPolicy": "Retain", "Properties": held}


def tags(ecr: Any) -> dict[str, str]:
    arn = ecr.describe_repositories(repositoryNames=["legacy/shop"])["repositories"][0]["repositoryArn"]
    listed = ecr.list_tags_for_resource(resourceArn=arn)["tags"]
    return {each["Key"]: each["Value"] for each in listed if not each["Key"].startswith("aws:")}


def test_a_policy_that_the_template_lacks_is_removed(ecr: Any, stacks: Stacks) -> None:
    assert stacks.import_resource(resource(LifecyclePolicy={"LifecyclePolicyText": LIFECYCLE}), NAMED) == []
    with pytest.raises(ecr.exceptions.RepositoryPolicyNotFoundException):
        ecr.get_repository_policy(repositoryName="legacy/shop")


def test_a_lifecycle_policy_that_the_template_lacks_is_removed(ecr: Any, stacks: Stacks) -> None:
    assert stacks.import_resource(resource(RepositoryPolicyText=POLICY), NAMED) == []
    with pytest.raises(ecr.exceptions.LifecyclePolicyNotFoundException):
        ecr.get_lifecycle_policy(repositoryName="legacy/shop")


def test_a_tag_that_the_template_lacks_is_removed(ecr: Any, stacks: Stacks) -> None:
    assert stacks.import_resource(resource(Tags=[{"Key": "team", "Value": "a"}]), NAMED) == []
    assert tags(ecr) == {"team": "a"}


def test_what_the_template_has_stays(ecr: Any, stacks: Stacks) -> None:
    whole = resource(
        RepositoryPolicyText=POLICY,
        LifecyclePolicy={"LifecyclePolicyText": LIFECYCLE},
        Tags=[{"Key": "Cost Center", "Value": "42"}],
    )
    assert stacks.import_resource(whole, NAMED) == []
    assert json.loads(ecr.get_repository_policy(repositoryName="legacy/shop")["policyText"]) == POLICY
    assert ecr.get_lifecycle_policy(repositoryName="legacy/shop")["lifecyclePolicyText"] == LIFECYCLE
    assert tags(ecr) == {"Cost Center": "42"}


FILTERS = [{"Filter": "*", "FilterType": "WILDCARD"}]
SCANNING = {"ScanType": "BASIC", "Rules": [{"ScanFrequency": "SCAN_ON_PUSH", "RepositoryFilters": FILTERS}]}


def singletons(account: str) -> dict[str, tuple[dict[str, Any], Any]]:
    """Return, by type, the properties of a template, and what makes the live one."""
    arn = f"arn:aws:ecr:us-east-1:{account}:repository/*"
    allowed = {
        "Sid": "R",
        "Effect": "Allow",
        "Principal": {"AWS": PARTNER},
        "Action": "ecr:ReplicateImage",
        "Resource": arn,
    }
    held = {"Version": "2012-10-17", "Statement": [allowed]}
    rules = [{"destinations": [{"region": "eu-west-1", "registryId": account}]}]
    return {
        "AWS::ECR::RegistryPolicy": (
            {"PolicyText": held},
            lambda ecr: ecr.put_registry_policy(policyText=json.dumps(held)),
        ),
        "AWS::ECR::RegistryScanningConfiguration": (
            SCANNING,
            lambda ecr: ecr.put_registry_scanning_configuration(
                scanType="BASIC",
                rules=[
                    {"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}
                ],
            ),
        ),
        "AWS::ECR::ReplicationConfiguration": (
            {
                "ReplicationConfiguration": {
                    "Rules": [{"Destinations": [{"Region": "eu-west-1", "RegistryId": account}]}]
                }
            },
            lambda ecr: ecr.put_replication_configuration(replicationConfiguration={"rules": rules}),
        ),
    }


@pytest.mark.parametrize("kind", ["RegistryPolicy", "RegistryScanningConfiguration", "ReplicationConfiguration"])
def test_a_setting_is_imported_by_the_id_of_the_registry(kind: str, ecr: Any, stacks: Stacks, account: str) -> None:
    type_ = f"AWS::ECR::{kind}"
    properties, make = singletons(account)[type_]
    make(ecr)
    held = {"Type": type_, "DeletionPolicy": "Retain", "Properties": properties}
    assert stacks.import_resource(held, {"RegistryId": account}) == []


def test_a_setting_that_the_registry_has_not_is_not_imported(stacks: Stacks, account: str) -> None:
    properties, _ = singletons(account)["AWS::ECR::RegistryPolicy"]
    held = {"Type": "AWS::ECR::RegistryPolicy", "DeletionPolicy": "Retain", "Properties": properties}
    (fault,) = stacks.import_resource(held, {"RegistryId": account})
    assert "was not found" in fault


NAMES: dict[str, tuple[str, dict[str, Any], Any]] = {
    "PullThroughCacheRule": (
        "EcrRepositoryPrefix",
        {"EcrRepositoryPrefix": "quay", "UpstreamRegistryUrl": "quay.io", "UpstreamRegistry": "quay"},
        lambda ecr: ecr.create_pull_through_cache_rule(
            ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io", upstreamRegistry="quay"
        ),
    ),
    "RepositoryCreationTemplate": (
        "Prefix",
        {"Prefix": "team", "AppliedFor": ["CREATE_ON_PUSH"]},
        lambda ecr: ecr.create_repository_creation_template(prefix="team", appliedFor=["CREATE_ON_PUSH"]),
    ),
    "PullTimeUpdateExclusion": (
        "PrincipalArn",
        {"PrincipalArn": "arn:aws:iam::111111111111:role/scanner"},
        lambda ecr: ecr.register_pull_time_update_exclusion(principalArn="arn:aws:iam::111111111111:role/scanner"),
    ),
}


def test_a_signing_configuration_is_imported_by_the_id_of_the_registry(
    ecr: Any, aws: LocalAws, stacks: Stacks, account: str
) -> None:
    with client(aws, "signer", account=account) as signer:
        arn = signer.put_signing_profile(profileName="images", platformId="Notation-OCI-SHA384-ECDSA")["arn"]
    ecr.put_signing_configuration(signingConfiguration={"rules": [{"signingProfileArn": arn}]})
    properties = {"Rules": [{"SigningProfileArn": arn}]}
    held = {"Type": "AWS::ECR::SigningConfiguration", "DeletionPolicy": "Retain", "Properties": properties}
    assert stacks.import_resource(held, {"RegistryId": account}) == []


def test_a_public_repository_is_imported_by_its_name(aws: LocalAws, stacks: Stacks, account: str) -> None:
    with client(aws, "ecr-public", account=account) as public:
        public.create_repository(repositoryName="team/hello", tags=[{"Key": "Cost Center", "Value": "42"}])
        properties = {"RepositoryName": "team/hello"}
        held = {"Type": "AWS::ECR::PublicRepository", "DeletionPolicy": "Retain", "Properties": properties}
        assert stacks.import_resource(held, {"RepositoryName": "team/hello"}) == []
        arn = f"arn:aws:ecr-public::{account}:repository/team/hello"
        left = [tag["Key"] for tag in public.list_tags_for_resource(resourceArn=arn)["tags"]]
    assert "Cost Center" not in left


@pytest.mark.parametrize("kind", NAMES)
def test_what_has_a_name_is_imported_by_it(kind: str, ecr: Any, stacks: Stacks) -> None:
    key, properties, make = NAMES[kind]
    make(ecr)
    held = {"Type": f"AWS::ECR::{kind}", "DeletionPolicy": "Retain", "Properties": properties}
    assert stacks.import_resource(held, {key: properties[key]}) == []


def test_drift_sees_a_declared_policy_and_not_another_one(ecr: Any, stacks: Stacks) -> None:
    ecr.delete_repository(repositoryName="legacy/shop")
    stacks.create({"R": resource(RepositoryPolicyText=POLICY)})
    assert stacks.drift() == ["IN_SYNC"]
    ecr.put_lifecycle_policy(repositoryName="legacy/shop", lifecyclePolicyText=LIFECYCLE)
    assert stacks.drift() == ["IN_SYNC"]
    ecr.delete_repository_policy(repositoryName="legacy/shop")
    assert stacks.drift() == ["MODIFIED"]


CHANGES: dict[str, Any] = {
    "PullThroughCacheRule": lambda ecr: ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="quay"),
    "RepositoryCreationTemplate": lambda ecr: ecr.update_repository_creation_template(
        prefix="team", appliedFor=["REPLICATION"]
    ),
    "PullTimeUpdateExclusion": lambda ecr: ecr.deregister_pull_time_update_exclusion(
        principalArn="arn:aws:iam::111111111111:role/scanner"
    ),
}


@pytest.mark.parametrize("kind", NAMES)
def test_drift_sees_what_has_a_name(kind: str, ecr: Any, stacks: Stacks) -> None:
    _, properties, _ = NAMES[kind]
    stacks.create({"R": {"Type": f"AWS::ECR::{kind}", "Properties": properties}})
    assert stacks.drift() == ["IN_SYNC"]
    CHANGES[kind](ecr)
    assert stacks.drift()[0] in {"MODIFIED", "DELETED"}


def test_drift_sees_a_public_repository(aws: LocalAws, stacks: Stacks, account: str) -> None:
    properties = {"RepositoryName": "team/hello", "RepositoryCatalogData": {"RepositoryDescription": "hello"}}
    stacks.create({"R": {"Type": "AWS::ECR::PublicRepository", "Properties": properties}})
    assert stacks.drift() == ["IN_SYNC"]
    with client(aws, "ecr-public", account=account) as public:
        public.put_repository_catalog_data(repositoryName="team/hello", catalogData={"description": "other"})
    assert stacks.drift() == ["MODIFIED"]


def test_an_update_removes_a_tag_that_the_template_lacks(ecr: Any, stacks: Stacks) -> None:
    ecr.delete_repository(repositoryName="legacy/shop")
    team = [{"Key": "team", "Value": "a"}]
    stacks.create({"R": resource(Tags=team)})
    arn = ecr.describe_repositories(repositoryNames=["legacy/shop"])["repositories"][0]["repositoryArn"]
    ecr.tag_resource(resourceArn=arn, tags=[{"Key": "Cost Center", "Value": "42"}])
    assert stacks.update({"R": resource(Tags=team, ImageTagMutability="IMMUTABLE")}) == []
    assert tags(ecr) == {"team": "a"}


def test_an_update_that_does_not_touch_the_repository_leaves_its_tags(ecr: Any, stacks: Stacks) -> None:
    ecr.delete_repository(repositoryName="legacy/shop")
    stacks.create({"R": resource()})
    arn = ecr.describe_repositories(repositoryNames=["legacy/shop"])["repositories"][0]["repositoryArn"]
    ecr.tag_resource(resourceArn=arn, tags=[{"Key": "Cost Center", "Value": "42"}])
    other = {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "legacy/other"}}
    assert stacks.update({"R": resource(), "Other": other}) == []
    assert tags(ecr) == {"Cost Center": "42"}


def test_the_tags_of_the_stack_stay_at_an_update(ecr: Any, stacks: Stacks) -> None:
    ecr.delete_repository(repositoryName="legacy/shop")
    stacks.create({"R": resource()})
    stacks.update({"R": resource(ImageTagMutability="IMMUTABLE")})
    arn = ecr.describe_repositories(repositoryNames=["legacy/shop"])["repositories"][0]["repositoryArn"]
    keys = {tag["Key"] for tag in ecr.list_tags_for_resource(resourceArn=arn)["tags"]}
    assert "aws:cloudformation:stack-name" in keys


def test_drift_is_detected_after_an_import(ecr: Any, stacks: Stacks) -> None:
    whole = resource(RepositoryPolicyText=POLICY, LifecyclePolicy={"LifecyclePolicyText": LIFECYCLE})
    assert stacks.import_resource(whole, NAMED) == []
    assert stacks.drift() == ["IN_SYNC"]
    ecr.delete_repository_policy(repositoryName="legacy/shop")
    assert stacks.drift() == ["MODIFIED"]

import json
from typing import Any

import pytest

from local.ecr_calls import call
from local.registry_caller import client
from local.stacks import Stacks
from shared_ecr.local import LocalAws

STATEMENT = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
    "Action": ["ecr:ReplicateImage", "ecr:CreateRepository"],
    "Resource": "arn:aws:ecr:us-east-1:111111111111:repository/*",
}
LIFECYCLE = {
    "rulePriority": 1,
    "description": "Old images go",
    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5},
    "action": {"type": "expire"},
}


def registry_policy(sid: str) -> dict[str, Any]:
    return {"PolicyText": {"Version": "2012-10-17", "Statement": [{"Sid": sid, **STATEMENT}]}}


def scanning(pattern: str) -> dict[str, Any]:
    filters = [{"Filter": pattern, "FilterType": "WILDCARD"}]
    return {"ScanType": "ENHANCED", "Rules": [{"ScanFrequency": "CONTINUOUS_SCAN", "RepositoryFilters": filters}]}


def replication(region: str) -> dict[str, Any]:
    destination = {"Region": region, "RegistryId": "222222222222"}
    filters = [{"Filter": "prod/", "FilterType": "PREFIX_MATCH"}]
    return {"ReplicationConfiguration": {"Rules": [{"Destinations": [destination], "RepositoryFilters": filters}]}}


def signing(pattern: str) -> dict[str, Any]:
    arn = "arn:aws:signer:us-east-1:999999999999:/signing-profiles/release"
    filters = [{"Filter": pattern, "FilterType": "WILDCARD_MATCH"}]
    return {"Rules": [{"SigningProfileArn": arn, "RepositoryFilters": filters}]}


def template(description: str) -> dict[str, Any]:
    return {"Prefix": "team", "AppliedFor": ["REPLICATION"], "Description": description}


def public(description: str) -> dict[str, Any]:
    return {"RepositoryName": "hello", "RepositoryCatalogData": {"RepositoryDescription": description}}


CHANGING = {
    "AWS::ECR::RegistryPolicy": (registry_policy, "GetRegistryPolicy", "One", "Two"),
    "AWS::ECR::RegistryScanningConfiguration": (scanning, "GetRegistryScanningConfiguration", "one*", "two*"),
    "AWS::ECR::ReplicationConfiguration": (replication, "DescribeRegistry", "eu-west-1", "eu-west-2"),
    "AWS::ECR::SigningConfiguration": (signing, "GetSigningConfiguration", "one*", "two*"),
    "AWS::ECR::RepositoryCreationTemplate": (template, "DescribeRepositoryCreationTemplates", "one", "two"),
}


@pytest.mark.parametrize(("kind", "case"), CHANGING.items(), ids=[kind.rpartition(":")[2] for kind in CHANGING])
def test_a_stack_makes_changes_and_removes_it(
    aws: LocalAws, stacks: Stacks, account: str, kind: str, case: tuple[Any, str, str, str]
) -> None:
    render, read, before, after = case
    failures = stacks.create({"It": {"Type": kind, "Properties": render(before)}})
    held = [json.dumps(call(aws, read, {}, account=account))]
    failures += stacks.update({"It": {"Type": kind, "Properties": render(after)}})
    held += [json.dumps(call(aws, read, {}, account=account))]
    failures += stacks.delete()
    held += [json.dumps(call(aws, read, {}, account=account))]
    shown = [(before in each, after in each) for each in held]
    assert (failures, shown) == ([], [(True, False), (False, True), (False, False)])


SINGLETONS = [kind for kind in CHANGING if kind != "AWS::ECR::RepositoryCreationTemplate"]


@pytest.mark.parametrize("kind", SINGLETONS, ids=[kind.rpartition(":")[2] for kind in SINGLETONS])
def test_a_registry_has_one_of_each_setting(stacks: Stacks, account: str, kind: str) -> None:
    render, _, one, two = CHANGING[kind]
    stacks.create({"It": {"Type": kind, "Properties": render(one)}}, "first")
    failures = stacks.create({"It": {"Type": kind, "Properties": render(two)}}, "second")
    assert f"Resource of type '{kind}' with identifier '{account}' already exists." in failures


def test_a_stack_that_fails_leaves_the_setting_of_another_alone(aws: LocalAws, stacks: Stacks, account: str) -> None:
    kind = "AWS::ECR::RegistryPolicy"
    stacks.create({"It": {"Type": kind, "Properties": registry_policy("First")}}, "first")
    stacks.create({"It": {"Type": kind, "Properties": registry_policy("Second")}}, "second")
    assert "First" in call(aws, "GetRegistryPolicy", {}, account=account)["policyText"]


def test_a_public_repository_is_made_changed_and_removed(aws: LocalAws, stacks: Stacks, account: str) -> None:
    kind = "AWS::ECR::PublicRepository"
    with client(aws, "ecr-public", account=account) as api:
        stacks.create({"It": {"Type": kind, "Properties": public("one")}}, Arn={"Fn::GetAtt": ["It", "Arn"]})
        tags = api.list_tags_for_resource(resourceArn=stacks.outputs()["Arn"])["tags"]
        assert {"Key": "aws:cloudformation:logical-id", "Value": "It"} in tags
        stacks.update({"It": {"Type": kind, "Properties": public("two")}})
        assert api.get_repository_catalog_data(repositoryName="hello")["catalogData"] == {"description": "two"}
        stacks.delete()
        assert api.describe_repositories()["repositories"] == []


def test_a_public_repository_without_a_name_gets_one(aws: LocalAws, stacks: Stacks, account: str) -> None:
    assert stacks.create({"It": {"Type": "AWS::ECR::PublicRepository"}}) == []
    with client(aws, "ecr-public", account=account) as api:
        assert [each["repositoryName"][:9] for each in api.describe_repositories()["repositories"]] == ["stack-it-"]


def test_a_public_repository_is_refused_outside_its_region(aws: LocalAws, account: str) -> None:
    with Stacks.of(aws, account, region="eu-west-1") as elsewhere:
        failures = elsewhere.create({"It": {"Type": "AWS::ECR::PublicRepository", "Properties": public("one")}})
    assert failures == ["Amazon ECR Public is in us-east-1, not in eu-west-1"]


def cache(prefix: str, url: str) -> dict[str, Any]:
    properties = {"EcrRepositoryPrefix": prefix, "UpstreamRegistryUrl": url}
    return {"It": {"Type": "AWS::ECR::PullThroughCacheRule", "Properties": properties}}


def test_a_cache_rule_under_a_new_prefix_replaces_the_old_one(aws: LocalAws, stacks: Stacks, account: str) -> None:
    failures = stacks.create(cache("one", "quay.io"), Name={"Ref": "It"})
    failures += stacks.update(cache("two", "quay.io"), Name={"Ref": "It"})
    rules = call(aws, "DescribePullThroughCacheRules", {}, account=account)["pullThroughCacheRules"]
    prefixes = [rule["ecrRepositoryPrefix"] for rule in rules]
    assert (failures, prefixes, stacks.outputs()) == ([], ["two"], {"Name": "two"})


def test_a_cache_rule_under_its_old_prefix_cannot_be_changed(aws: LocalAws, stacks: Stacks, account: str) -> None:
    stacks.create(cache("one", "quay.io"))
    failures = stacks.update(cache("one", "registry.k8s.io"))
    assert any("custom-named resource requires replacing" in failure for failure in failures)
    rules = call(aws, "DescribePullThroughCacheRules", {}, account=account)["pullThroughCacheRules"]
    assert [rule["upstreamRegistryUrl"] for rule in rules] == ["quay.io"]


def test_a_cache_rule_takes_the_secret_that_its_stack_makes_empty(aws: LocalAws, stacks: Stacks, account: str) -> None:
    resources = cache("hub", "registry-1.docker.io")
    resources["It"]["Properties"]["CredentialArn"] = {"Ref": "Secret"}
    resources["Secret"] = {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"Name": "ecr-pullthroughcache/docker-hub", "Description": "one"},
    }
    failures = stacks.create(resources)
    changed = {**resources, "Secret": {**resources["Secret"], "Properties": {**resources["Secret"]["Properties"]}}}
    changed["Secret"]["Properties"]["Description"] = "two"
    failures += stacks.update(changed)
    with client(aws, "secretsmanager", account=account) as secrets:
        descriptions = [secret["Description"] for secret in secrets.list_secrets()["SecretList"]]
        failures += stacks.delete()
        left = secrets.list_secrets()["SecretList"]
    assert (failures, descriptions, left) == ([], ["two"], [])


def test_an_exclusion_of_another_principal_replaces_the_old_one(aws: LocalAws, stacks: Stacks, account: str) -> None:
    roles = [f"arn:aws:iam::{account}:role/{name}" for name in ("one", "two")]
    made = [{"It": {"Type": "AWS::ECR::PullTimeUpdateExclusion", "Properties": {"PrincipalArn": r}}} for r in roles]
    failures = stacks.create(made[0]) + stacks.update(made[1])
    listed = call(aws, "ListPullTimeUpdateExclusions", {}, account=account)["pullTimeUpdateExclusions"]
    assert (failures, listed) == ([], roles[1:])


def test_a_template_property_that_is_dropped_is_back_at_its_default(
    aws: LocalAws, stacks: Stacks, account: str
) -> None:
    kind = "AWS::ECR::RepositoryCreationTemplate"
    stacks.create({"It": {"Type": kind, "Properties": {**template("ours"), "ImageTagMutability": "IMMUTABLE"}}})
    stacks.update({"It": {"Type": kind, "Properties": template("ours")}})
    held = call(aws, "DescribeRepositoryCreationTemplates", {}, account=account)["repositoryCreationTemplates"]
    assert [each["imageTagMutability"] for each in held] == ["MUTABLE"]


def test_a_template_that_cannot_be_changed_stays_as_it_was(aws: LocalAws, stacks: Stacks, account: str) -> None:
    kind = "AWS::ECR::RepositoryCreationTemplate"
    stacks.create({"It": {"Type": kind, "Properties": template("ours")}})
    assert stacks.update({"It": {"Type": kind, "Properties": {**template("new"), "RepositoryPolicy": "{}"}}})
    held = call(aws, "DescribeRepositoryCreationTemplates", {}, account=account)["repositoryCreationTemplates"]
    assert [each["description"] for each in held] == ["ours"]


def test_a_signing_configuration_takes_the_profile_that_its_stack_makes(
    aws: LocalAws, stacks: Stacks, account: str
) -> None:
    platform = {"PlatformId": "Notation-OCI-SHA384-ECDSA"}
    rules = [{"SigningProfileArn": {"Fn::GetAtt": ["Profile", "Arn"]}}]
    failures = stacks.create(
        {
            "Profile": {"Type": "AWS::Signer::SigningProfile", "Properties": platform},
            "It": {"Type": "AWS::ECR::SigningConfiguration", "Properties": {"Rules": rules}},
        }
    )
    held = call(aws, "GetSigningConfiguration", {}, account=account)["signingConfiguration"]["rules"]
    assert (failures, [rule["signingProfileArn"].split(":")[4] for rule in held]) == ([], [account])


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "a name with capitals": ("Repository", {"RepositoryName": "Team/app"}, "must satisfy regular expression"),
    "a property that is not one": ("Repository", {"ScanOnPush": True}, "extraneous key [ScanOnPush]"),
    "a nested property that is not one": (
        "Repository",
        {"ImageScanningConfiguration": {"OnPush": True}},
        "extraneous key [onPush]",
    ),
    "a policy that is not one": (
        "Repository",
        {"RepositoryPolicyText": {"Statement": [{}]}},
        "Invalid repository policy provided",
    ),
    "a tag of AWS": ("Repository", {"Tags": [{"Key": "aws:mine", "Value": "v"}]}, "'aws:mine' is invalid"),
    "a policy with the token": (
        "Repository",
        {"RepositoryPolicyText": {"Statement": [{**STATEMENT, "Action": "ecr:GetAuthorizationToken"}]}},
        "Invalid repository policy provided",
    ),
    "half a lifecycle rule": (
        "Repository",
        {"LifecyclePolicy": {"LifecyclePolicyText": json.dumps({"rules": [LIFECYCLE, {"rulePriority": 2}]})}},
        "Lifecycle policy validation failure",
    ),
    "a key without KMS": (
        "Repository",
        {"EncryptionConfiguration": {"EncryptionType": "AES256", "KmsKey": "alias/mine"}},
        "kmsKey needs",
    ),
    "delete replication": (
        "ReplicationConfiguration",
        {"ReplicationConfiguration": {"Rules": [{"Destinations": [], "DeleteReplication": {"Enabled": True}}]}},
        "extraneous key [DeleteReplication]",
    ),
    "a scan type without a name": ("RegistryScanningConfiguration", {"ScanType": "NONE", "Rules": []}, "enum value"),
    "a registry policy without text": ("RegistryPolicy", {}, "must not be null"),
    "a description that is too long": (
        "PublicRepository",
        {"RepositoryCatalogData": {"RepositoryDescription": "x" * 1025}},
        "less than or equal to 1024",
    ),
    "an about text that is too long": (
        "PublicRepository",
        {"RepositoryCatalogData": {"AboutText": "x" * 10_241}},
        "more than 10240 characters",
    ),
}


@pytest.mark.parametrize(("kind", "properties", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_resource_that_cloudformation_would_not_make_fails(
    stacks: Stacks, kind: str, properties: dict[str, Any], reason: str
) -> None:
    failures = stacks.create({"It": {"Type": f"AWS::ECR::{kind}", "Properties": properties}})
    assert any(reason in failure for failure in failures), failures


def test_an_update_that_ecr_refuses_leaves_the_repository_as_it_was(
    aws: LocalAws, stacks: Stacks, account: str
) -> None:
    before = {"RepositoryName": "team/app", "ImageTagMutability": "IMMUTABLE"}
    stacks.create({"It": {"Type": "AWS::ECR::Repository", "Properties": before}})
    after = {"RepositoryName": "team/app", "LifecyclePolicy": {"LifecyclePolicyText": "{}" + " " * 100}}
    assert stacks.update({"It": {"Type": "AWS::ECR::Repository", "Properties": after}})
    with client(aws, "ecr", account=account) as ecr:
        assert ecr.describe_repositories()["repositories"][0]["imageTagMutability"] == "IMMUTABLE"


def test_a_repository_that_exists_is_imported(aws: LocalAws, stacks: Stacks, account: str) -> None:
    resource = {
        "Type": "AWS::ECR::Repository",
        "DeletionPolicy": "Retain",
        "Properties": {"RepositoryName": "team/app"},
    }
    with client(aws, "ecr", account=account) as ecr:
        ecr.create_repository(repositoryName="team/app")
        failures = stacks.import_resource(resource, {"RepositoryName": "team/app"})
        resource["Properties"] = {"RepositoryName": "team/app", "ImageTagMutability": "IMMUTABLE"}
        failures += stacks.update({"Imported": resource})
        mutability = ecr.describe_repositories()["repositories"][0]["imageTagMutability"]
    assert (failures, mutability) == ([], "IMMUTABLE")


def test_a_repository_that_does_not_exist_is_not_imported(stacks: Stacks) -> None:
    resource = {
        "Type": "AWS::ECR::Repository",
        "DeletionPolicy": "Retain",
        "Properties": {"RepositoryName": "team/gone"},
    }
    failures = stacks.import_resource(resource, {"RepositoryName": "team/gone"})
    assert failures == ["Resource of type 'AWS::ECR::Repository' with identifier 'team/gone' was not found."]

"""What the settings of a registry become in templates; all of them are in tests/templates/golden/registry-settings."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from shared_ecr.declaration import parse
from shared_ecr.model.settings.pull_time_exclusions import EXCLUSION
from shared_ecr.records import replace
from shared_ecr_constructs.registry_settings import define
from shared_ecr_constructs.stacks import define_stacks
from templates.synthesis import quick_app, templates_in

CACHE_RULE, SECRET, TEMPLATE = (
    "AWS::ECR::PullThroughCacheRule",
    "AWS::SecretsManager::Secret",
    "AWS::ECR::RepositoryCreationTemplate",
)
HOME, THERE = "shared-ecr-us-east-1", "shared-ecr-replicas-222222222222-eu-west-1"
REPLICATION = "replication: [{destinations: [{account: '222222222222', region: eu-west-1}]}]"


@pytest.fixture
def app(tmp_path: Path) -> cdk.App:
    return quick_app(tmp_path)


def templates(
    app: cdk.App, settings: str, repositories: str = "{}", *, regions: str = "[us-east-1]", rest: str = ""
) -> dict[str, dict[str, Any]]:
    """Synthesise a registry with *settings*, and return the resources of each stack by logical id."""
    declaration = parse(
        "{version: 1, organization: o-a1b2c3d4e5, "
        f"registry: {{account: '111111111111', regions: {regions}, {settings}}}, repositories: {repositories}{rest}}}"
    )
    define_stacks(app, declaration.registry)
    synthesized = templates_in(Path(app.synth().directory))
    return {stack: json.loads(text).get("Resources", {}) for stack, text in synthesized.items()}


def of_type(resources: dict[str, Any], type_: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == type_]


def test_without_a_word_every_image_is_scanned_when_it_is_pushed(app: cdk.App) -> None:
    [scanning] = of_type(templates(app, "")[HOME], "AWS::ECR::RegistryScanningConfiguration")

    assert scanning["Rules"] == [
        {"ScanFrequency": "SCAN_ON_PUSH", "RepositoryFilters": [{"Filter": "*", "FilterType": "WILDCARD"}]}
    ]


def test_scanning_that_is_null_is_left_alone(app: cdk.App) -> None:
    assert templates(app, "scanning: null")[HOME] == {}


# A changed logical id replaces a setting: of two resources for one registry the one that is deleted last wins.
SINGLETONS = {
    "AWS::ECR::RegistryPolicy": "SettingsPolicy9D19D575",
    "AWS::ECR::RegistryScanningConfiguration": "SettingsScanning3A885361",
    "AWS::ECR::ReplicationConfiguration": "SettingsReplication1BF15685",
    "AWS::ECR::SigningConfiguration": "SettingsSigningConfigurationA52606BD",
}


def test_what_a_registry_has_one_of_keeps_its_logical_id(app: cdk.App) -> None:
    resources = templates(app, f"{REPLICATION}, signing: [{{profile: a1}}], grants: {{pull: [organization]}}")[HOME]

    assert {each["Type"]: name for name, each in resources.items() if each["Type"] in SINGLETONS} == SINGLETONS


def test_members_whose_names_are_nearly_the_same_are_shown_apart(app: cdk.App) -> None:
    near = ["a/b", "a--b", "a---b", "a-b", "a.b", "a_b", "a/b-c", "a-b/c"]
    secrets = ["a/b", "a--b", "a-.-b", "a-./b", "a-..b", "a--/b", "a/--b"]
    caches = [f"{name}: {{upstream: quay}}" for name in near]
    caches += [
        f"cache{number}: {{upstream: docker-hub, secret: 'ecr-pullthroughcache/{name}'}}"
        for number, name in enumerate(secrets)
    ]
    templates_ = [f"{name}: {{applied_for: [create_on_push]}}" for name in near]

    resources = templates(
        app, f"pull_through_cache: {{{', '.join(caches)}}}, creation_templates: {{{', '.join(templates_)}}}"
    )[HOME]

    counts = [len(of_type(resources, type_)) for type_ in (CACHE_RULE, SECRET, TEMPLATE)]
    assert counts == [len(near) + len(secrets), len(secrets), len(near)]


def test_two_caches_that_name_one_secret_share_it(app: cdk.App) -> None:
    rule = "{upstream: docker-hub, secret: ecr-pullthroughcache/hub}"
    resources = templates(app, f"pull_through_cache: {{one: {rule}, two: {rule}}}")[HOME]

    [secret] = [name for name, each in resources.items() if each["Type"] == SECRET]
    assert [rule["CredentialArn"] for rule in of_type(resources, CACHE_RULE)] == [{"Ref": secret}] * 2


def test_a_secret_is_made_without_a_value_and_stays(app: cdk.App) -> None:
    cache = "pull_through_cache: {hub: {upstream: docker-hub, secret: ecr-pullthroughcache/hub}}"
    [secret] = [each for each in templates(app, cache)[HOME].values() if each["Type"] == SECRET]

    assert secret["Properties"].keys() == {"Name", "Description"}
    assert (secret["DeletionPolicy"], secret["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_a_cache_that_is_not_enabled_has_its_secret_and_no_rule(app: cdk.App) -> None:
    cache = "{hub: {upstream: docker-hub, secret: ecr-pullthroughcache/hub, enabled: false}}"
    resources = templates(app, f"pull_through_cache: {cache}")[HOME]

    assert (len(of_type(resources, SECRET)), of_type(resources, CACHE_RULE)) == (1, [])


def test_a_template_that_needs_no_role_has_none(app: cdk.App) -> None:
    settings = "creation_templates: {team: {applied_for: [create_on_push], encryption: aes256}}"
    resources = templates(app, settings)[HOME]

    [template] = of_type(resources, TEMPLATE)
    assert "CustomRoleArn" not in template
    assert of_type(resources, "AWS::IAM::Role") == []


@pytest.mark.parametrize("properties", ["encryption: kms", "encryption: aes256, tags: {a: b}"], ids=["key", "tags"])
def test_a_template_with_a_key_or_tags_has_a_role(app: cdk.App, properties: str) -> None:
    resources = templates(app, f"creation_templates: {{team: {{applied_for: [create_on_push], {properties}}}}}")[HOME]

    [role] = [name for name, each in resources.items() if each["Type"] == "AWS::IAM::Role"]
    [template] = of_type(resources, TEMPLATE)
    assert template["CustomRoleArn"] == {"Fn::GetAtt": [role, "Arn"]}


def test_a_role_that_is_named_is_used_and_none_is_made(app: cdk.App) -> None:
    role = "arn:aws:iam::111111111111:role/template"
    resources = templates(
        app, f"creation_templates: {{team: {{applied_for: [create_on_push], custom_role: '{role}'}}}}"
    )[HOME]

    assert [each["CustomRoleArn"] for each in of_type(resources, TEMPLATE)] == [role]
    assert of_type(resources, "AWS::IAM::Role") == []


# What a repository says, and where a template says the same.
_SAME = {
    "EncryptionConfiguration": "EncryptionConfiguration",
    "ImageTagMutability": "ImageTagMutability",
    "ImageTagMutabilityExclusionFilters": "ImageTagMutabilityExclusionFilters",
    "Tags": "ResourceTags",
}
_RULE = (
    "{rulePriority: 1, selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 9}, "
    "action: {type: expire}}"
)
_RULES = [
    "",
    "encryption: aes256",
    "encryption: {kms: aws/ecr}",
    "tags: {owner: team}",
    "tag_mutability: {immutable_except: [latest, 'v*'], reason: r}",
    "tag_mutability: mutable",
    "grants: {pull: [organization, lambda: '333333333333'], push: [account: '333333333333']}",
    f"lifecycle: {{rules: [{_RULE}]}}",
]


@pytest.mark.parametrize("rules", _RULES)
def test_source_replica_and_template_have_the_same_rules(app: cdk.App, rules: str) -> None:
    stacks = templates(app, REPLICATION, f"{{team/app: {{{rules}}}}}")

    [source] = of_type(stacks[HOME], "AWS::ECR::Repository")
    [replica] = of_type(stacks[THERE], "AWS::ECR::Repository")
    [template] = of_type(stacks[THERE], TEMPLATE)
    assert _moved(replica) == _moved(source)
    assert {name: template.get(_SAME[name]) for name in _SAME} == {name: replica.get(name) for name in _SAME}
    assert template["LifecyclePolicy"] == source["LifecyclePolicy"]["LifecyclePolicyText"]
    assert json.loads(template.get("RepositoryPolicy", "null")) == replica.get("RepositoryPolicyText")


def _moved(properties: dict[str, Any]) -> dict[str, Any]:
    """Return *properties* as if they were the destination's: functions that pull are of the registry's own Region."""
    moved = json.loads(json.dumps(properties).replace(":us-east-1:", ":eu-west-1:"))
    assert isinstance(moved, dict)
    return moved


def test_the_test_above_looks_at_all_that_a_template_can_say(app: cdk.App) -> None:
    repositories = "{team/app: {" + ", ".join(rule for rule in _RULES[3:] if rule[:5] != "tag_m") + "}}"
    [template] = of_type(templates(app, REPLICATION, repositories)[THERE], TEMPLATE)

    about = {"AppliedFor", "CustomRoleArn", "Description", "Prefix"}
    assert template.keys() - about <= {*_SAME.values(), "LifecyclePolicy", "RepositoryPolicy"}


def test_a_destination_is_deployed_before_anything_is_replicated_to_it(app: cdk.App) -> None:
    templates(app, REPLICATION)

    [home] = [each for each in app.node.children if each.node.id == HOME]
    assert isinstance(home, cdk.Stack)
    assert [each.node.id for each in home.dependencies] == [THERE]


def test_a_destination_among_the_regions_of_the_registry_has_no_stack_of_its_own(app: cdk.App) -> None:
    settings = "replication: [{destinations: [{region: us-west-2}]}]"

    stacks = templates(app, settings, regions="[us-east-1, us-west-2]")
    assert stacks.keys() == {HOME, "shared-ecr-us-west-2"}
    assert of_type(stacks["shared-ecr-us-west-2"], "AWS::ECR::ReplicationConfiguration") == []


def test_deletions_are_put_after_the_replication_that_they_are_part_of(app: cdk.App) -> None:
    resources = templates(app, REPLICATION.replace("}]}]", "}], delete: true}]"))[HOME]

    [call] = [each for each in resources.values() if each["Type"] == "Custom::EcrSetting"]
    assert call["DependsOn"] == [SINGLETONS["AWS::ECR::ReplicationConfiguration"]]


def test_the_function_fits_into_the_template(app: cdk.App) -> None:
    [function] = of_type(templates(app, "account_settings: {blob_mounting: true}")[HOME], "AWS::Lambda::Function")

    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
    assert 0 < len(function["Code"]["ZipFile"]) <= 4096


def test_encryption_in_two_layers_is_sent_with_its_key(app: cdk.App) -> None:
    stacks = templates(
        app, "", "{made: {encryption: kms_dsse}, aws: {encryption: {kms_dsse: aws/ecr}}}", regions="[us-gov-west-1]"
    )

    aws, made = of_type(stacks["shared-ecr-us-gov-west-1"], "AWS::ECR::Repository")
    assert aws["EncryptionConfiguration"] == {"EncryptionType": "KMS_DSSE"}
    assert made["EncryptionConfiguration"] == {"EncryptionType": "KMS_DSSE", "KmsKey": {"Fn::GetAtt": ["Key", "Arn"]}}


def test_public_repositories_stand_in_us_east_1_alone(app: cdk.App) -> None:
    stacks = templates(app, "", regions="[eu-west-1, us-east-1]", rest=", public_repositories: {tools/cli: {}}")

    counts = {name: len(of_type(each, "AWS::ECR::PublicRepository")) for name, each in stacks.items()}
    assert counts == {HOME: 1, "shared-ecr-eu-west-1": 0}


def test_a_type_that_this_cdk_has_no_class_for_is_defined_all_the_same(tmp_path: Path) -> None:
    newer = replace(EXCLUSION, type="AWS::ECR::NewerThanThisCdk", scope=("Settings", "Newer"))
    app = quick_app(tmp_path)
    stack = cdk.Stack(app, "newer")
    define(stack, newer, [{"PrincipalArn": "arn:aws:iam::111111111111:role/scanner"}])
    [text] = templates_in(Path(app.synth().directory)).values()

    properties = {"PrincipalArn": "arn:aws:iam::111111111111:role/scanner"}
    assert of_type(json.loads(text)["Resources"], "AWS::ECR::NewerThanThisCdk") == [properties]

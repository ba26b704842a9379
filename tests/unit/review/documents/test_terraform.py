import json
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.review.deployments import RegistryHome
from shared_ecr.review.documents import DeploymentTarget, InvalidDocumentError
from unit.review.documents.plans import change, load, plan, prior, resource, values
from unit.review.documents.reading import ACCOUNT, doubts, ids, named

APP = "aws_ecr_repository.app"
POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}]})


@pytest.mark.parametrize(("attributes", "expected"), [
    ({"name": "team/app"}, {"RepositoryName": "team/app"}),
    ({"image_tag_mutability": "IMMUTABLE"}, {"ImageTagMutability": "IMMUTABLE"}),
    ({"image_tag_mutability_exclusion_filter": [{"filter": "latest", "filter_type": "WILDCARD"}]},
     {"ImageTagMutabilityExclusionFilters": [
         {"ImageTagMutabilityExclusionFilterValue": "latest", "ImageTagMutabilityExclusionFilterType": "WILDCARD"}]}),
    ({"image_scanning_configuration": [{"scan_on_push": True}]}, {"ImageScanningConfiguration": {"ScanOnPush": True}}),
    ({"image_scanning_configuration": []}, {}),
    ({"encryption_configuration": [{"encryption_type": "KMS", "kms_key": "arn:k"}]},
     {"EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": "arn:k"}}),
    ({"encryption_configuration": [{"encryption_type": "AES256", "kms_key": ""}]},
     {"EncryptionConfiguration": {"EncryptionType": "AES256"}}),
    ({"force_delete": True}, {"EmptyOnDelete": True}),
    ({"force_delete": None}, {}),
    ({"tags": {"b": "2"}, "tags_all": {"a": "1", "b": "2"}},
     {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}),
    ({"id": "x", "repository_url": "y", "timeouts": None}, {}),
], ids=str)  # fmt: skip
def test_a_repository_is_translated_to_the_properties_of_cloudformation(
    tmp_path: Path, attributes: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = named(load(tmp_path, plan(resource(APP, **attributes))), APP)
    assert (found.type, found.properties) == ("AWS::ECR::Repository", expected)


@pytest.mark.parametrize(("address", "attributes", "kind", "expected"), [
    ("aws_ecr_registry_policy.it", {"policy": "{}"}, "AWS::ECR::RegistryPolicy", {"PolicyText": "{}"}),
    ("aws_ecr_replication_configuration.it",
     {"replication_configuration": [{"rule": [{
         "destination": [{"region": "eu-west-1", "registry_id": "222222222222"}],
         "repository_filter": [{"filter": "a", "filter_type": "PREFIX_MATCH"}]}]}]},
     "AWS::ECR::ReplicationConfiguration",
     {"ReplicationConfiguration": {"Rules": [{
         "Destinations": [{"Region": "eu-west-1", "RegistryId": "222222222222"}],
         "RepositoryFilters": [{"Filter": "a", "FilterType": "PREFIX_MATCH"}]}]}}),
    ("aws_ecr_registry_scanning_configuration.it",
     {"scan_type": "ENHANCED", "rule": [{"scan_frequency": "SCAN_ON_PUSH",
                                          "repository_filter": [{"filter": "*", "filter_type": "WILDCARD"}]}]},
     "AWS::ECR::RegistryScanningConfiguration",
     {"ScanType": "ENHANCED", "Rules": [{"ScanFrequency": "SCAN_ON_PUSH",
                                         "RepositoryFilters": [{"Filter": "*", "FilterType": "WILDCARD"}]}]}),
    ("aws_ecr_pull_through_cache_rule.it",
     {"ecr_repository_prefix": "hub", "upstream_registry_url": "registry-1.docker.io", "credential_arn": "arn:s"},
     "AWS::ECR::PullThroughCacheRule",
     {"EcrRepositoryPrefix": "hub", "UpstreamRegistryUrl": "registry-1.docker.io", "CredentialArn": "arn:s"}),
    ("aws_ecr_repository_creation_template.it",
     {"prefix": "hub", "applied_for": ["REPLICATION"], "lifecycle_policy": "{}", "repository_policy": "{}",
      "resource_tags": {"a": "b"}, "image_tag_mutability": "MUTABLE"},
     "AWS::ECR::RepositoryCreationTemplate",
     {"Prefix": "hub", "AppliedFor": ["REPLICATION"], "LifecyclePolicy": "{}", "RepositoryPolicy": "{}",
      "ResourceTags": [{"Key": "a", "Value": "b"}], "ImageTagMutability": "MUTABLE"}),
    ("aws_ecr_account_setting.it", {"name": "REGISTRY_POLICY_SCOPE", "value": "V1"}, "Custom::EcrSetting",
     {"Name": "REGISTRY_POLICY_SCOPE", "Operation": "PutAccountSetting",
      "Body": '{"name":"REGISTRY_POLICY_SCOPE","value":"V1"}'}),
    ("aws_ecrpublic_repository.it",
     {"repository_name": "x", "force_destroy": False, "catalog_data": [{"about_text": "a", "description": "d"}]},
     "AWS::ECR::PublicRepository",
     {"RepositoryName": "x", "EmptyOnDelete": False,
      "RepositoryCatalogData": {"AboutText": "a", "RepositoryDescription": "d"}}),
    ("aws_vpc.it", {"password": "hunter2"}, "aws_vpc", {}),
], ids=lambda value: value if isinstance(value, str) and "." in value else "")  # fmt: skip
def test_a_setting_of_the_registry_is_translated_to_the_properties_of_cloudformation(
    tmp_path: Path, address: str, attributes: dict[str, Any], kind: str, expected: dict[str, Any]
) -> None:
    found = named(load(tmp_path, plan(resource(address, **attributes))), address)
    assert (found.type, found.properties) == (kind, expected)


def test_a_policy_is_put_into_the_repository_that_it_names(tmp_path: Path) -> None:
    found = load(tmp_path, plan(
        resource("aws_ecr_lifecycle_policy.app", repository="app", policy="{}"),
        resource("aws_ecr_repository_policy.app", repository="app", policy=POLICY),
        resource(APP, name="app"), resource("aws_ecr_repository.other", name="other"),
    ))  # fmt: skip
    assert ids(found) == [APP, "aws_ecr_repository.other"]
    assert named(found, APP).properties == {
        "RepositoryName": "app", "LifecyclePolicy": {"LifecyclePolicyText": "{}"}, "RepositoryPolicyText": POLICY,
    }  # fmt: skip


def test_the_policy_of_a_public_repository_is_put_into_it(tmp_path: Path) -> None:
    found = load(tmp_path, plan(
        resource("aws_ecrpublic_repository.it", repository_name="x"),
        resource("aws_ecrpublic_repository_policy.it", repository_name="x", policy=POLICY),
    ))  # fmt: skip
    assert named(found, "aws_ecrpublic_repository.it").properties["RepositoryPolicyText"] == POLICY


def configuration(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"configuration": {"root_module": {"resources": list(blocks)}, **fields}}


REFERS = {
    "address": "aws_ecr_lifecycle_policy.app",
    "expressions": {"repository": {"references": ["aws_ecr_repository.app.name", "aws_ecr_repository.app"]}},
}


def test_a_policy_whose_repository_is_not_known_yet_follows_the_configuration(tmp_path: Path) -> None:
    unknown = {"repository": True}
    found = load(tmp_path, plan(
        resource('aws_ecr_lifecycle_policy.app["b"]', index="b", policy="{}"),
        resource('aws_ecr_repository.app["a"]', index="a", name="a"),
        resource('aws_ecr_repository.app["b"]', index="b", name="b"),
        resource_changes=[change('aws_ecr_lifecycle_policy.app["b"]', after_unknown=unknown)],
        **configuration(REFERS),
    ))  # fmt: skip
    assert "LifecyclePolicy" in named(found, 'aws_ecr_repository.app["b"]').properties
    assert "LifecyclePolicy" not in named(found, 'aws_ecr_repository.app["a"]').properties


@pytest.mark.parametrize(
    ("name", "logical_id", "expected"),
    [
        ("elsewhere", "elsewhere (managed elsewhere)", {"RepositoryName": "elsewhere"}),
        (None, "aws_ecr_repository_policy.app", {}),
    ],
)
def test_a_policy_of_a_repository_that_is_elsewhere_makes_a_partial_one(
    tmp_path: Path, name: str | None, logical_id: str, expected: dict[str, Any]
) -> None:
    address = "aws_ecr_repository_policy.app"
    found = named(load(tmp_path, plan(resource(address, repository=name, policy=POLICY))), logical_id)
    assert (found.type, found.is_partial) == ("AWS::ECR::Repository", True)
    assert found.properties == {**expected, "RepositoryPolicyText": POLICY}


def test_both_policies_of_a_repository_that_is_elsewhere_make_one(tmp_path: Path) -> None:
    found = load(tmp_path, plan(
        resource("aws_ecr_repository_policy.app", repository="elsewhere", policy=POLICY),
        resource("aws_ecr_lifecycle_policy.app", repository="elsewhere", policy="{}"),
    ))  # fmt: skip
    assert ids(found) == ["elsewhere (managed elsewhere)"]


def test_two_policies_of_one_repository_are_reported_and_both_are_kept(tmp_path: Path) -> None:
    found = load(tmp_path, plan(
        resource(APP, name="app"),
        resource("aws_ecr_repository_policy.a", repository="app", policy=POLICY),
        resource("aws_ecr_repository_policy.b", repository="app", policy="{}"),
    ))  # fmt: skip
    (doubt,) = doubts(found)
    assert "another resource also writes this policy of aws_ecr_repository.app;" in doubt
    assert named(found, APP).properties["RepositoryPolicyText"] == POLICY
    assert named(found, "aws_ecr_repository_policy.b").properties == {"RepositoryPolicyText": "{}"}


def test_a_function_is_read_for_its_image_alone(tmp_path: Path) -> None:
    secrets = {"environment": [{"variables": {"PASSWORD": "hunter2"}}]}
    found = load(tmp_path, plan(
        resource("aws_lambda_function.a", image_uri="111111111111.dkr.ecr.us-east-1.amazonaws.com/app:1", **secrets),
        resource("aws_lambda_function.b", filename="b.zip", **secrets),
    ))  # fmt: skip
    image = {"ImageUri": "111111111111.dkr.ecr.us-east-1.amazonaws.com/app:1"}
    assert named(found, "aws_lambda_function.a").properties == {"PackageType": "Image", "Code": image}
    assert named(found, "aws_lambda_function.b").properties == {}


def test_what_is_known_only_after_the_apply_is_open_and_reported(tmp_path: Path) -> None:
    unknown = {"arn": True, "image_scanning_configuration": [{}], "tags": {}, "name": True}
    found = load(tmp_path, plan(
        resource(APP, image_scanning_configuration=[{"scan_on_push": False}]),
        resource_changes=[change(APP, after_unknown=unknown)],
    ))  # fmt: skip
    assert named(found, APP).properties["RepositoryName"] == "${Deployed:aws_ecr_repository.app.name}"
    assert "RepositoryName is known only after the apply" in doubts(found)[0]


def test_a_policy_that_is_not_known_yet_is_open(tmp_path: Path) -> None:
    address = "aws_ecr_repository_policy.app"
    found = load(tmp_path, plan(
        resource(APP, name="app"), resource(address, repository="app"),
        resource_changes=[change(address, after_unknown={"policy": True, "id": True})],
    ))  # fmt: skip
    assert named(found, APP).properties["RepositoryPolicyText"] == f"${{Deployed:{address}.policy}}"


@pytest.mark.parametrize("marks", [{"tags": {"a": True}}, {"tags": True}, True], ids=str)
def test_what_is_sensitive_is_read_and_marked(tmp_path: Path, marks: Any) -> None:
    found = named(load(tmp_path, plan(resource(APP, name="app", tags={"a": "x"}, sensitive_values=marks))), APP)
    assert found.properties["Tags"] == [{"Key": "a", "Value": "x"}]
    assert "Tags" in found.sensitive
    assert ("RepositoryName" in found.sensitive) is (marks is True)


@pytest.mark.parametrize(("attributes", "path"), [
    ({"future": "x"}, "future"), ({"future": False}, "future"),
    ({"encryption_configuration": [{"encryption_type": "AES256", "layers": 2}]}, "encryption_configuration.layers"),
])  # fmt: skip
def test_an_attribute_that_is_not_known_is_reported(tmp_path: Path, attributes: dict[str, Any], path: str) -> None:
    found = doubts(load(tmp_path, plan(resource(APP, name="app", **attributes))))
    assert f"plan.json: {APP}: the attribute '{path}' of aws_ecr_repository is not judged" in found


def test_an_attribute_without_a_value_is_not_reported(tmp_path: Path) -> None:
    assert doubts(load(tmp_path, plan(resource(APP, name="app", future=None, other=[], more="")))) == []


def test_resources_of_modules_are_read_in_order(tmp_path: Path) -> None:
    inner = {
        "address": 'module.a["x"].module.b',
        "resources": [resource('module.a["x"].module.b.aws_ecr_repository.it')],
    }
    outer = {"address": 'module.a["x"]', "resources": [], "child_modules": [inner]}
    last = {"address": "module.z", "resources": [resource("module.z.aws_ecr_repository.it")]}
    document = {"format_version": "1.0", "planned_values": values(resource(APP), modules=[outer, last])}
    assert ids(load(tmp_path, document)) == [
        APP, 'module.a["x"].module.b.aws_ecr_repository.it', "module.z.aws_ecr_repository.it",
    ]  # fmt: skip


def provider(**expressions: Any) -> dict[str, Any]:
    block = {"address": APP, "provider_config_key": "aws.other"}
    return configuration(block, provider_config={"aws.other": {"name": "aws", "expressions": expressions}})


ROLE = "arn:aws:iam::333333333333:role/terraform"


@pytest.mark.parametrize(("attributes", "fields", "expected"), [
    ({}, {}, RegistryHome(ACCOUNT, "us-east-1")),
    ({"arn": "arn:aws:ecr:eu-west-1:222222222222:repository/app"}, {}, RegistryHome("222222222222", "eu-west-1")),
    ({"registry_id": "222222222222", "region": "eu-west-1"}, {}, RegistryHome("222222222222", "eu-west-1")),
    ({}, provider(region={"constant_value": "eu-west-1"}), RegistryHome(ACCOUNT, "eu-west-1")),
    ({}, {**provider(region={"references": ["var.r"]}), "variables": {"r": {"value": "eu-west-2"}}},
     RegistryHome(ACCOUNT, "eu-west-2")),
    ({}, provider(assume_role=[{"role_arn": {"constant_value": ROLE}}]), RegistryHome("333333333333", "us-east-1")),
    ({}, provider(allowed_account_ids={"constant_value": ["444444444444"]}), RegistryHome("444444444444", "us-east-1")),
    ({}, provider(region={"references": ["data.x"]}, assume_role=[{}]), RegistryHome(ACCOUNT, "us-east-1")),
    ({"arn": "${x}", "registry_id": 7, "region": []}, {}, RegistryHome(ACCOUNT, "us-east-1")),
])  # fmt: skip
def test_a_resource_is_where_it_or_its_provider_says(
    tmp_path: Path, attributes: dict[str, Any], fields: dict[str, Any], expected: RegistryHome
) -> None:
    assert named(load(tmp_path, plan(resource(APP, **attributes), **fields)), APP).home == expected


def test_the_caller_that_terraform_asked_for_says_the_account(tmp_path: Path) -> None:
    caller = resource("data.aws_caller_identity.me", mode="data", account_id="555555555555")
    caller["type"] = "aws_caller_identity"
    found = load(tmp_path, plan(resource(APP, name="app"), before=[caller]))
    assert (found.stacks[0].home, ids(found)) == (RegistryHome("555555555555", "us-east-1"), [APP])


def test_what_has_no_arn_yet_is_where_the_same_provider_put_the_rest(tmp_path: Path) -> None:
    there = resource(APP, name="app", arn="arn:aws:ecr:eu-west-1:555555555555:repository/app")
    document = plan(there, resource("aws_ecr_registry_policy.all", policy="{}"), before=[there])
    home = RegistryHome("555555555555", "eu-west-1")
    assert named(load(tmp_path, document), "aws_ecr_registry_policy.all").home == home
    assert named(load(tmp_path, plan(resource(APP, name="new"), before=[there])), APP).home == home


def test_a_provider_of_two_accounts_says_none(tmp_path: Path) -> None:
    there = [
        resource(f"aws_ecr_repository.of_{account}", arn=f"arn:aws:ecr:us-east-1:{account}:repository/x")
        for account in ("555555555555", "666666666666")
    ]
    found = load(tmp_path, plan(*there, resource(APP, name="app")), DeploymentTarget())
    assert named(found, APP).home == RegistryHome(None, "us-east-1")


def test_a_state_is_what_it_holds(tmp_path: Path) -> None:
    found = load(tmp_path, {"format_version": "1.0", "values": values(resource(APP, name="app"))})
    assert named(found, APP).properties == {"RepositoryName": "app"}


def test_an_empty_state_has_nothing(tmp_path: Path) -> None:
    assert ids(load(tmp_path, {"format_version": "1.0"})) == []


def test_what_was_before_a_plan_is_in_it(tmp_path: Path) -> None:
    found = prior(tmp_path, plan(resource(APP, name="new"), before=[resource(APP, name="old")]))
    assert found is not None
    assert named(found, APP).properties == {"RepositoryName": "old"}
    assert (found.stacks[0].name, found.stacks[0].tool) == ("terraform", "terraform")


def test_what_a_moved_block_renames_is_the_same_before_and_after(tmp_path: Path) -> None:
    moved = [change(APP, previous_address="aws_ecr_repository.old")]
    found = prior(tmp_path, plan(resource(APP), before=[resource("aws_ecr_repository.old")], resource_changes=moved))
    assert found is not None
    assert ids(found) == [APP]


@pytest.mark.parametrize("document", [
    {"Resources": {}}, plan(resource(APP)), {"format_version": "1.0", "values": values(resource(APP))},
], ids=["a template", "a plan of all that is new", "a state"])  # fmt: skip
def test_where_nothing_was_before_there_is_no_prior(tmp_path: Path, document: object) -> None:
    assert prior(tmp_path, document) is None


@pytest.mark.parametrize("address", ["aws_ecr_something_new.it", "awscc_ecr_something_new.it"])
def test_types_that_are_not_judged_are_reported(tmp_path: Path, address: str) -> None:
    assert "are not judged" in doubts(load(tmp_path, plan(resource(address))))[0]


def test_another_version_of_the_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocumentError, match=r"has version '2\.0'"):
        load(tmp_path, {"format_version": "2.0"})


@pytest.mark.parametrize("document", [
    {"planned_values": "x"}, {"planned_values": {"root_module": {"resources": ["x", {}, {"address": "a"}]}}},
    {"planned_values": {"root_module": {"resources": "x", "child_modules": ["x"]}}},
    {"resource_changes": ["x", {"address": 7}, {"change": {}}], "configuration": "x", "variables": []},
    {"planned_values": values({"address": APP, "type": "aws_ecr_repository", "values": "x"})},
    {"planned_values": values(resource(APP, encryption_configuration="x", tags=["x"]))},
    {"planned_values": values(resource(APP, image_scanning_configuration=["x"]))},
], ids=str)  # fmt: skip
def test_plans_of_any_shape_are_read(tmp_path: Path, document: dict[str, Any]) -> None:
    assert load(tmp_path, {"format_version": "1.0", **document}).stacks[0].tool == "terraform"

import json
from pathlib import Path

import aws_cdk as cdk
import pytest

from cdk.synthesized import registry_of, resources_of, shared_stack, template_of

KEY, PARAMETER, REPOSITORY = "AWS::KMS::Key", "AWS::SSM::Parameter", "AWS::ECR::Repository"
HOST = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
ARN = "arn:aws:ecr:us-east-1:111111111111:repository"
NAMED_KEY = "arn:aws:kms:us-east-1:111111111111:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


@pytest.fixture
def stack(app: cdk.App) -> cdk.Stack:
    """The shared stack with one repository, everything at its default."""
    return shared_stack(app, registry_of("{team/app: {}}"))


def test_the_stack_cannot_be_deleted_by_mistake(stack: cdk.Stack) -> None:
    assert stack.termination_protection


def test_the_protection_from_deletion_reaches_the_command_that_deploys(stack: cdk.Stack, tmp_path: Path) -> None:
    template_of(stack)

    artifact = json.loads((tmp_path / "manifest.json").read_text())["artifacts"]["Shared"]
    assert artifact["properties"]["terminationProtection"] is True


def test_the_stack_is_deployed_to_the_declared_account_and_region(stack: cdk.Stack) -> None:
    assert (stack.account, stack.region) == ("111111111111", "us-east-1")


def test_the_stack_has_the_declared_name(app: cdk.App) -> None:
    assert shared_stack(app, registry_of("{team/app: {}}", stack_name="team-ecr")).stack_name == "team-ecr"


def test_a_repository_is_published_by_a_parameter(stack: cdk.Stack) -> None:
    published = {each["Properties"]["Name"]: each["Properties"]["Value"] for each in resources_of(stack, PARAMETER)}

    assert published == {"/shared-ecr/team/app/uri": f"{HOST}/team/app"}


def test_the_outputs_name_the_registry_and_its_repositories(stack: cdk.Stack) -> None:
    outputs = [each["Value"] for each in template_of(stack)["Outputs"].values()]

    assert outputs == [f"{HOST} {ARN}/", "team/app"]


def test_many_repositories_share_outputs_within_the_limit(app: cdk.App) -> None:
    names = [f"team/with-a-rather-long-name/service-{number:03}" for number in range(100)]
    registry = registry_of("{" + ", ".join(f"{name}: {{}}" for name in names) + "}")
    values = [each["Value"] for each in template_of(shared_stack(app, registry))["Outputs"].values()]

    assert max(map(len, values)) <= 1_024
    assert " ".join(values[1:]).split(" ") == names


def test_no_output_is_exported(stack: cdk.Stack) -> None:
    assert [each for each in template_of(stack)["Outputs"].values() if "Export" in each] == []


def test_parameters_begin_with_the_name_of_the_stack(app: cdk.App) -> None:
    stack = shared_stack(app, registry_of("{team/app: {}}", stack_name="team-ecr"))

    assert {each["Properties"]["Name"].split("/")[1] for each in resources_of(stack, PARAMETER)} == {"team-ecr"}


def test_repositories_that_do_not_say_otherwise_share_one_key(app: cdk.App) -> None:
    stack = shared_stack(app, registry_of("{team/app: {}, team/other: {}, team/plain: {encryption: aes256}}"))

    configurations = [each["Properties"]["EncryptionConfiguration"] for each in resources_of(stack, REPOSITORY)]
    shared = {"EncryptionType": "KMS", "KmsKey": {"Fn::GetAtt": ["Key", "Arn"]}}
    assert configurations == [shared, shared, {"EncryptionType": "AES256"}]


@pytest.mark.parametrize(
    "encryption", ["aes256", f'{{kms: "{NAMED_KEY}"}}'], ids=["keys of Amazon S3", "a key that exists"]
)
def test_no_key_is_made_where_no_one_uses_it(app: cdk.App, encryption: str) -> None:
    stack = shared_stack(app, registry_of(f"{{team/app: {{encryption: {encryption}}}}}"))

    assert resources_of(stack, KEY) == []


def test_a_key_that_exists_is_named_in_full(app: cdk.App) -> None:
    stack = shared_stack(app, registry_of(f'{{team/app: {{encryption: {{kms: "{NAMED_KEY}"}}}}}}'))

    [repository] = resources_of(stack, REPOSITORY)
    assert repository["Properties"]["EncryptionConfiguration"] == {"EncryptionType": "KMS", "KmsKey": NAMED_KEY}


def test_the_key_is_retained_for_the_images_that_it_encrypts(stack: cdk.Stack) -> None:
    [key] = resources_of(stack, KEY)

    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_the_key_rotates(stack: cdk.Stack) -> None:
    [key] = resources_of(stack, KEY)

    assert key["Properties"]["EnableKeyRotation"] is True


def test_the_key_is_administered_by_the_account_of_the_registry(stack: cdk.Stack) -> None:
    [key] = resources_of(stack, KEY)

    [allow] = [each for each in key["Properties"]["KeyPolicy"]["Statement"] if each["Effect"] == "Allow"]
    assert allow["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}


def test_the_key_denies_grants_to_all_but_the_services_of_aws(stack: cdk.Stack) -> None:
    [key] = resources_of(stack, KEY)

    [deny] = [each for each in key["Properties"]["KeyPolicy"]["Statement"] if each["Effect"] == "Deny"]
    assert (deny["Principal"], deny["Action"]) == ({"AWS": "*"}, ["kms:CreateGrant"])
    assert deny["Condition"] == {
        "BoolIfExists": {"kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false"}
    }


def test_a_hundred_repositories_fit_one_template(app: cdk.App) -> None:
    names = ", ".join(f"team/app-{number}: {{grants: {{pull: [organization]}}}}" for number in range(100))
    template = template_of(shared_stack(app, registry_of(f"{{{names}}}")))

    assert len(template["Resources"]) <= 500
    assert len(template["Outputs"]) <= 200
    assert len(json.dumps(template, indent=1)) <= 1_000_000

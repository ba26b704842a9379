import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.registry_caller import client
from shared_ecr.local import LocalAws

# What our stack is made of besides repositories.
RESOURCES = {
    "Key": {
        "Type": "AWS::KMS::Key",
        "Properties": {"EnableKeyRotation": True, "KeyPolicy": {"Version": "2012-10-17", "Statement": []}},
    },
    "Alias": {
        "Type": "AWS::KMS::Alias",
        "Properties": {"AliasName": "alias/shared-ecr-local", "TargetKeyId": {"Ref": "Key"}},
    },
    "App": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "stacks/app"}},
    "Uri": {
        "Type": "AWS::SSM::Parameter",
        "Properties": {
            "Name": "/shared-ecr/stacks/app",
            "Type": "String",
            "Value": {"Fn::GetAtt": ["App", "RepositoryUri"]},
        },
    },
}
OUTPUTS = {"AppUri": {"Value": {"Fn::GetAtt": ["App", "RepositoryUri"]}}}
URI = "111111111111.dkr.ecr.us-east-1.amazonaws.com/stacks/app"
STACK = "stacks-whole"


@pytest.fixture(scope="module")
def cloudformation(aws: LocalAws) -> Iterator[Any]:
    with client(aws, "cloudformation") as made:
        body = json.dumps({"Resources": RESOURCES, "Outputs": OUTPUTS})
        made.create_stack(StackName=STACK, TemplateBody=body)
        waiter = made.get_waiter("stack_create_complete")
        waiter.wait(StackName=STACK, WaiterConfig={"Delay": 0.05, "MaxAttempts": 100})
        yield made


def test_the_outputs_of_a_stack_are_described(cloudformation: Any) -> None:
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    assert [(output["OutputKey"], output["OutputValue"]) for output in stack["Outputs"]] == [("AppUri", URI)]


@pytest.mark.usefixtures("cloudformation")
def test_a_parameter_of_a_stack_can_be_read(aws: LocalAws) -> None:
    with client(aws, "ssm") as ssm:
        assert ssm.get_parameter(Name="/shared-ecr/stacks/app")["Parameter"]["Value"] == URI


@pytest.mark.usefixtures("cloudformation")
def test_an_alias_of_a_stack_names_its_key(aws: LocalAws) -> None:
    with client(aws, "kms") as kms:
        key = kms.describe_key(KeyId="alias/shared-ecr-local")["KeyMetadata"]
        assert key["KeyState"] == "Enabled"
        assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]


def test_a_protected_stack_is_not_deleted(cloudformation: Any) -> None:
    cloudformation.update_termination_protection(StackName=STACK, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        cloudformation.delete_stack(StackName=STACK)
    assert cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["EnableTerminationProtection"]

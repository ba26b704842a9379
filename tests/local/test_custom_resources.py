"""What no CloudFormation type says is put by a custom resource: its function runs here, in Python."""

from typing import Any

from local.ecr_calls import call
from local.stacks import Stacks
from shared_ecr.local import LocalAws

CODE = """
import json, urllib.request
import boto3


def handler(event, context):
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"PhysicalResourceId": "settings", "Status": "SUCCESS"}
    try:
        value = "DISABLED" if event["RequestType"] == "Delete" else event["ResourceProperties"]["Value"]
        answer["Data"] = {"Name": boto3.client("ecr").put_account_setting(name="BLOB_MOUNTING", value=value)["name"]}
    except Exception as error:
        answer |= {"Status": "FAILED", "Reason": str(error)}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""})
    request.method = "PUT"
    urllib.request.urlopen(request)
"""
ASSUMED = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def resources(value: str) -> dict[str, Any]:
    function = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": CODE},
    }
    setting = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "ServiceTimeout": 30, "Value": value}
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": ASSUMED}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Setting": {"Type": "Custom::AccountSetting", "Properties": setting},
    }


def test_a_custom_resource_puts_an_account_setting_and_takes_it_back(
    aws: LocalAws, stacks: Stacks, account: str
) -> None:
    def setting() -> str:
        return str(call(aws, "GetAccountSetting", {"name": "BLOB_MOUNTING"}, account=account)["value"])

    failures = stacks.create(resources("ENABLED"), Name={"Fn::GetAtt": ["Setting", "Name"]})
    values = [setting(), stacks.outputs()["Name"]]
    failures += stacks.delete()
    values.append(setting())
    assert (failures, values) == ([], ["ENABLED", "BLOB_MOUNTING", "DISABLED"])


def test_what_the_service_refuses_fails_the_custom_resource(stacks: Stacks) -> None:
    failures = stacks.create(resources("ON"))
    assert any("'ON' is not a value of the account setting BLOB_MOUNTING" in failure for failure in failures)

"""What the templates of stacks are read from: stacks that exist, and those that are a change set only."""

from types import SimpleNamespace
from typing import Any

import boto3
from botocore.stub import Stubber

from shared_ecr.client.aws.deployed_templates import deployed_templates
from shared_ecr.model.names import Region

REGION = Region("eu-west-1")


def templates_read(answers: dict[str, Any]) -> dict[str, str]:
    client: Any = boto3.client(
        "cloudformation", region_name=REGION.name, aws_access_key_id="111111111111", aws_secret_access_key="test"
    )
    with Stubber(client) as stub:
        for stack, body in answers.items():
            asked = {"StackName": stack, "TemplateStage": "Processed"}
            if body is None:
                stub.add_client_error("get_template", "ValidationError", "does not exist", expected_params=asked)
            else:
                stub.add_response("get_template", {"TemplateBody": body}, asked)
        return deployed_templates(SimpleNamespace(cloudformation=lambda region: client), REGION, list(answers))


def test_the_template_of_each_stack_that_exists_is_read() -> None:
    assert templates_read({"registry": '{"Resources": {}}', "replicas": None}) == {"registry": '{"Resources": {}}'}


def test_a_stack_that_is_only_a_change_set_has_no_template() -> None:
    """CloudFormation answers `{}` for REVIEW_IN_PROGRESS; nothing of such a stack is deployed."""
    assert templates_read({"registry": "{}"}) == {}

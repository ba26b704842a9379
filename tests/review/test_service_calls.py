"""What calls ECR by itself, from a schedule to an automation document, is named and blocks where it is new."""

import json
from pathlib import Path
from typing import Any

import pytest

from review.changes.attacks.templates import repository, resource
from review.two_sides import Body, blocking, reviewed, template
from shared_ecr.review.verdict import Conclusion

ROLE = "arn:aws:iam::111111111111:role/run"
CODE = "service-call-not-judged"


def schedule(operation: str) -> Body:
    target = {"Arn": f"arn:aws:scheduler:::aws-sdk:{operation}", "RoleArn": ROLE, "Input": "{}"}
    return resource("AWS::Scheduler::Schedule", ScheduleExpression="rate(1 day)", Target=target)


def machine(operation: str, *, as_text: bool = True) -> Body:
    task = {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:{operation}", "End": True}
    definition = {"StartAt": "Do", "States": {"Do": task}}
    held: Body = {"DefinitionString": json.dumps(definition)} if as_text else {"Definition": definition}
    return resource("AWS::StepFunctions::StateMachine", RoleArn=ROLE, **held)


def document(content: Any) -> Body:
    return resource("AWS::SSM::Document", DocumentType="Automation", Content=content)


def step(api: str, service: str = "ecr") -> Body:
    inputs = {"Service": service, "Api": api, "repositoryName": "team/app"}
    return {"schemaVersion": "0.3", "mainSteps": [{"name": "a", "action": "aws:executeAwsApi", "inputs": inputs}]}


def cleaner(containers: Any) -> Body:
    action = {"Type": "DELETE", "IncludeResources": {"Containers": containers}}
    return resource("AWS::ImageBuilder::LifecyclePolicy", Name="old", PolicyDetails=[{"Action": action}])


def with_app(made: Body) -> Body:
    return template({"App": repository(), "Other": made})


@pytest.mark.parametrize(
    "made",
    [
        schedule("ecr:deleteRepository"),
        schedule("ECR:batchDeleteImage"),
        schedule("ecrpublic:setRepositoryPolicy"),
        schedule("ecr:anOperationToCome"),
        machine("ecr:setRepositoryPolicy"),
        machine("ecr:deleteLifecyclePolicy", as_text=False),
        document(step("DeleteRepository")),
        document(json.dumps(step("PutLifecyclePolicy"))),
        document("mainSteps:\n- inputs:\n    Service: ecr\n    Api: batch_delete_image\n"),
        cleaner(containers=True),
        cleaner({"Fn::ImportValue": "containers"}),
    ],
)
def test_a_service_that_deletes_or_opens_by_itself_blocks_where_it_is_new(tmp_path: Path, made: Body) -> None:
    assert CODE in blocking(reviewed(tmp_path, template({"App": repository()}), with_app(made)))


@pytest.mark.parametrize(
    "made",
    [
        schedule("ecr:describeImages"),
        schedule("ec2:stopInstances"),
        machine("ecr:startImageScan"),
        document(step("DescribeImages")),
        document(step("DeleteBucket", "s3")),
        cleaner(containers=False),
    ],
)
def test_a_service_that_reads_or_scans_is_not_reported(tmp_path: Path, made: Body) -> None:
    found = reviewed(tmp_path, template({"App": repository()}), with_app(made))
    assert found.conclusion is Conclusion.CLEAR


def test_one_that_stays_as_it_is_does_not_block_and_is_not_judged(tmp_path: Path) -> None:
    both = with_app(schedule("ecr:deleteRepository"))
    found = reviewed(tmp_path, both, both)
    assert (blocking(found), found.conclusion) == (set(), Conclusion.NOT_ALL_JUDGED)


def test_one_that_calls_in_one_world_alone_blocks(tmp_path: Path) -> None:
    operation = {"Fn::If": ["IsProd", "ecr:deleteRepository", "ec2:stopInstances"]}
    made = schedule("x")
    made["Properties"]["Target"]["Arn"] = {"Fn::Join": ["", ["arn:aws:scheduler:::aws-sdk:", operation]]}
    sections: dict[str, Body] = {
        "Parameters": {"Env": {"Type": "String"}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
    }
    before = template({"App": repository()}, **sections)
    assert CODE in blocking(reviewed(tmp_path, before, with_app(made) | sections))

"""Which stack a resource belongs to, as CloudFormation says."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.client.aws.registry.stack_resources import NO_STACK, stack_resources
from shared_ecr.documents.live.live_registry import SINGLETONS

KMS_KEY, IAM_ROLE = "AWS::KMS::Key", "AWS::IAM::Role"


def owned_by(cloudformation: Any, questions: PacedQuestions, stacks: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return the stack of each resource of *stacks*, by type and name; a singleton has no name."""
    owners: dict[tuple[str, str], str] = {}
    for stack in stacks:
        for each in stack_resources(cloudformation, questions, stack):
            kind = each["ResourceType"]
            owners[kind, "" if kind in SINGLETONS else each.get("PhysicalResourceId", "")] = stack
    return owners


def owner_of(cloudformation: Any, questions: PacedQuestions, physical_id: str) -> str | None:
    """Return the stack that a resource belongs to, or None where it belongs to none.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
    """
    asked = partial(cloudformation.describe_stack_resources, PhysicalResourceId=physical_id)
    answer = questions.ask("cloudformation:DescribeStackResources", asked, absent=NO_STACK)
    found = answer["StackResources"] if answer else []
    return str(found[0]["StackName"]) if found else None

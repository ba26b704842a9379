"""Which stack a resource belongs to, as CloudFormation says."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.documents.live.live_registry import SINGLETONS

KMS_KEY, IAM_ROLE = "AWS::KMS::Key", "AWS::IAM::Role"
_NO_STACK = frozenset({"ValidationError"})


def owned_by(cloudformation: Any, questions: PacedQuestions, stacks: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return the stack of each resource of *stacks*, by type and name; a singleton has no name."""
    owners: dict[tuple[str, str], str] = {}
    for stack in stacks:
        token: str | None = None
        while True:
            arguments = {"StackName": stack, **({"NextToken": token} if token else {})}
            asked = partial(cloudformation.list_stack_resources, **arguments)
            answer = questions.ask("cloudformation:ListStackResources", asked, absent=_NO_STACK)
            for each in answer["StackResourceSummaries"] if answer else ():
                kind = each["ResourceType"]
                name = "" if kind in SINGLETONS else each.get("PhysicalResourceId", "")
                if not each["ResourceStatus"].startswith("DELETE_COMPLETE"):
                    owners[kind, name] = stack
            token = answer.get("NextToken") if answer else None
            if not token:
                break
    return owners


def owner_of(cloudformation: Any, questions: PacedQuestions, physical_id: str) -> str | None:
    """Return the stack that a resource belongs to, or None where it belongs to none.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
    """
    asked = partial(cloudformation.describe_stack_resources, PhysicalResourceId=physical_id)
    answer = questions.ask("cloudformation:DescribeStackResources", asked, absent=_NO_STACK)
    found = answer["StackResources"] if answer else []
    return str(found[0]["StackName"]) if found else None

"""The resources of a deployed stack, as CloudFormation lists them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from shared_ecr.client.aws.registry.asking import PacedQuestions

# What CloudFormation answers of a stack that does not exist.
NO_STACK = frozenset({"ValidationError"})


def stack_resources(cloudformation: Any, questions: PacedQuestions, stack: str) -> Iterator[dict[str, Any]]:
    """Yield the resources of *stack* that are not deleted; none where it does not exist, or AWS denies the list.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html
    """
    token: str | None = None
    while True:
        arguments = {"StackName": stack, **({"NextToken": token} if token else {})}
        asked = partial(cloudformation.list_stack_resources, **arguments)
        answer = questions.ask("cloudformation:ListStackResources", asked, absent=NO_STACK)
        for each in answer["StackResourceSummaries"] if answer else ():
            if not each["ResourceStatus"].startswith("DELETE_COMPLETE"):
                yield each
        token = answer.get("NextToken") if answer else None
        if not token:
            return

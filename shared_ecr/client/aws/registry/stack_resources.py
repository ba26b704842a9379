"""The resources of a deployed stack, as CloudFormation lists them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from shared_ecr.client.aws.page_tokens import PageTokens
from shared_ecr.client.aws.registry.asking import PacedQuestions

LIST_RESOURCES = "cloudformation:ListStackResources"
# What CloudFormation answers of a stack that does not exist.
NO_STACK = frozenset({"ValidationError"})
# What the stack has no longer: deleted, or kept by its DeletionPolicy when the stack was deleted or left it out.
_LEFT = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED"})


def stack_resources(cloudformation: Any, questions: PacedQuestions, stack: str) -> Iterator[dict[str, Any]]:
    """Yield the resources that *stack* has; none where it does not exist, or AWS denies the list.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html
    """
    token: str | None = None
    tokens = PageTokens(f"cloudformation:ListStackResources of {stack}")
    while True:
        arguments = {"StackName": stack, **({"NextToken": token} if token else {})}
        asked = partial(cloudformation.list_stack_resources, **arguments)
        answer = questions.ask(LIST_RESOURCES, asked, absent=NO_STACK)
        for each in answer["StackResourceSummaries"] if answer else ():
            if each["ResourceStatus"] not in _LEFT:
                yield each
        token = tokens.following(answer, "NextToken") if answer else None
        if not token:
            return

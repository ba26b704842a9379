"""How a resource leaves its stack: by this deployment, with its nested stack, or with a stack that is not deployed."""

from enum import StrEnum

from shared_ecr.review.changes.identity.stacks import is_same_place
from shared_ecr.review.deployments import RETAINING, Deployment, Stack


class Departure(StrEnum):
    """What happens to the stack that a resource was in."""

    STACK_STAYS = "the stack stays"
    """The stack is deployed without the resource, so this deployment deletes it."""
    NESTED_STACK_LEAVES = "the nested stack leaves its parent"
    """The parent is deployed without the nested stack, so this deployment deletes all of it."""
    STACK_IS_ABSENT = "the stack is absent"
    """No document of the new side deploys the stack. It stays as it is until it is deleted."""


def departure(stack: Stack, before: Deployment, after: Deployment) -> Departure:
    """Say what becomes of *stack*, which a resource was in *before*, where *after* is deployed."""
    if _is_deployed(stack.name, stack, after):
        return Departure.STACK_STAYS
    # A nested stack is called PARENT/LOGICAL_ID.
    parent, _, nested = stack.name.rpartition("/")
    while nested and parent:
        if _is_deployed(parent, stack, after):
            is_retained = _is_retained(parent, nested, before)
            return Departure.STACK_IS_ABSENT if is_retained else Departure.NESTED_STACK_LEAVES
        parent, _, nested = parent.rpartition("/")
    return Departure.STACK_IS_ABSENT


def _is_retained(parent: str, logical_id: str, before: Deployment) -> bool:
    """Whether the nested stack stays behind when it leaves the template of its parent."""
    found = (each for stack in before.stacks if stack.name == parent for each in stack.resources)
    return any(each.origin.logical_id == logical_id and each.deletion_policy in RETAINING for each in found)


def _is_deployed(name: str, stack: Stack, after: Deployment) -> bool:
    return any(each.name == name and is_same_place(each.home, stack.home) for each in after.stacks)

"""Which stack of the new side is which of the old side, even under another name or in another Region."""

from collections.abc import Callable
from functools import partial

from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.records import record
from shared_ecr.review.deployments import Deployment, RegistryHome, Stack

# Resources that make a stack relevant; a review of changes ignores other stacks.
PREFIX = "AWS::ECR::"
_OWN = (CALLED_SETTING.type, "Custom::ECRAutoDeleteImages")
# A stack continues a removed one of another name if it has at least this part of the smaller one's resources.
_SHARED = 0.5


@record
class StackPair:
    """One stack on both sides."""

    before: Stack
    after: Stack

    @property
    def is_renamed(self) -> bool:
        """Whether it has another name now: CloudFormation cannot rename a stack, and creates another one."""
        return self.before.name != self.after.name

    @property
    def is_elsewhere(self) -> bool:
        """Whether it moves to another account or Region."""
        return not is_same_place(self.before.home, self.after.home)


def is_same_place(one: RegistryHome, other: RegistryHome) -> bool:
    """Whether both can be one registry; what one of them does not say is no difference."""
    return _fits(one.account, other.account) and _fits(one.region, other.region)


def is_of_ecr(type_: str) -> bool:
    """Whether a resource of *type_* belongs to a registry."""
    return type_.startswith(PREFIX) or type_ in _OWN


def paired_stacks(
    before: Deployment, after: Deployment, is_counted: Callable[[str], bool] = is_of_ecr
) -> tuple[StackPair, ...]:
    """Return the stacks that are on both sides and have resources of ECR; the most certain pairs are made first.

    *is_counted* says of a type whether its resources count instead of those of ECR.
    """
    ids = {id(stack): _ids(stack, is_counted) for side in (before, after) for stack in side.stacks}
    old, new = ([stack for stack in side.stacks if ids[id(stack)]] for side in (before, after))

    def shared(one: Stack, other: Stack) -> int:
        return len(ids[id(one)] & ids[id(other)])

    def continues(one: Stack, other: Stack) -> bool:
        smaller = min(len(ids[id(one)]), len(ids[id(other)]))
        return is_same_place(one.home, other.home) and shared(one, other) >= max(1, _SHARED * smaller)

    pairs: list[StackPair] = []
    for is_pair in (_is_same, _is_alike, _is_of_one_name, continues):
        for stack in list(old):
            fitting = [each for each in new if is_pair(stack, each)]
            if fitting:
                found = max(fitting, key=partial(shared, stack))
                pairs.append(StackPair(stack, found))
                old = [each for each in old if each is not stack]
                new = [each for each in new if each is not found]
    return tuple(pairs)


def _is_same(one: Stack, other: Stack) -> bool:
    return (one.name, one.home) == (other.name, other.home)


def _is_alike(one: Stack, other: Stack) -> bool:
    return one.name == other.name and is_same_place(one.home, other.home)


def _is_of_one_name(one: Stack, other: Stack) -> bool:
    return one.name == other.name


def _ids(stack: Stack, is_counted: Callable[[str], bool]) -> frozenset[tuple[str, str]]:
    """Return type and logical id of the stack's resources that count."""
    return frozenset(
        (resource.type, resource.origin.logical_id) for resource in stack.resources if is_counted(resource.type)
    )


def _fits(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other

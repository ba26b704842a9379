"""Keys that a stack reads from an SSM parameter of the same deployment: they are known as far as that parameter is.

`changes.identity.keys` follows them when two sides are compared.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import OPEN_MARK, Doubt, Stack, is_known
from shared_ecr.text.patterns import LazyPattern

# Without a version it is the latest value, which is the one that this deployment writes.
_STORED = LazyPattern(r"resolve:ssm:([^:}]+)")
# A resource of the stack, or the attribute of it that names a key.
OF_THE_STACK = LazyPattern(re.escape(OPEN_MARK) + r"([A-Za-z0-9]+)(?:\.(?:Arn|KeyId))?\}")


def without_stored_keys(doubts: Iterable[Doubt], stacks: Sequence[Stack]) -> Iterator[Doubt]:
    """Yield *doubts* without those about keys that *stacks* themselves store, in the same account and Region."""
    homes = {stack.name: stack.home for stack in stacks}
    stored = {
        (stack.home, name)
        for stack in stacks
        for each in stack.resources
        if each.type == "AWS::SSM::Parameter"
        and (name := each.text("Name"))
        and _is_of_the_stack(each.properties.get("Value"), stack)
    }
    for doubt in doubts:
        read = _STORED.fullmatch(doubt.key)
        if not read or (homes.get(doubt.about.partition(": ")[0]), read[1]) not in stored:
            yield doubt


def _is_of_the_stack(value: Json, stack: Stack) -> bool:
    """Whether *value* is written, or is that of a resource beside it: an open one may be another key each time."""
    if not isinstance(value, str):
        return False
    made = OF_THE_STACK.fullmatch(value)
    return is_known(value) or bool(made and any(each.origin.logical_id == made[1] for each in stack.resources))

"""Read where the registry is: its account, its Regions and the name of its stack."""

import re
from collections.abc import Iterable

from shared_ecr.declaration.accounts import read_account
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Node, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, Region
from shared_ecr.model.stack_name import DEFAULT_STACK_NAME
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
_STACK_NAME = LazyPattern(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")


def read_home(
    reading: Reading, node: Node | None, accounts: dict[str, AccountId], *, settings: Iterable[str]
) -> tuple[AccountId, tuple[Region, ...], str] | None:
    """Read where the registry is: an account, a Region or several, and the stack's name; beside them are *settings*."""
    if node is None:
        return None
    path = "registry"
    known = ("account", "regions", "stack_name", "stacks", *settings)
    fields = reading.mapping(node, path, known, required=("account", "regions"))
    if fields is None:
        return None
    account_node, regions_node, name_node = (fields.get(key) for key in ("account", "regions", "stack_name"))
    account = read_account(reading, account_node, join(path, "account"), accounts) if account_node else None
    regions = _read_regions(reading, regions_node, join(path, "regions")) if regions_node else None
    stack_name: str | None = DEFAULT_STACK_NAME
    if name_node is not None:
        stack_name = reading.parsed(name_node, join(path, "stack_name"), _stack_name)
    return (account, regions, stack_name) if account and regions and stack_name else None


def _read_regions(reading: Reading, node: Node, path: str) -> tuple[Region, ...] | None:
    """Read the list of Regions: at least one, none twice, all of one partition."""
    read = [(item, reading.parsed(item, item_path, Region.parse)) for item, item_path in reading.items(node, path)]
    if isinstance(node, Sequence) and not read:
        reading.note(node, path, InvalidValueError("the list of Regions is empty", code="region"))
    seen: dict[Region, Node] = {}
    for item, region in read:
        if region in seen:
            what = f"the Region {region} is written twice"
            reading.note(item, path, InvalidValueError(what, fix="Remove one", code="region-duplicate"))
        elif region and seen and region.partition != next(iter(seen)).partition:
            what = f"{region} is in partition {region.partition}, {next(iter(seen))} is not"
            why = "An account is in one partition"
            reading.note(item, path, InvalidValueError(what, why=why, code="region-partition"))
        elif region:
            seen[region] = item
    return tuple(seen) if len(seen) == len(read) and seen else None


def _stack_name(text: str) -> str:
    if not _STACK_NAME.fullmatch(text):
        raise InvalidValueError(
            f"{quoted(text)} is not a stack name",
            why="It has at most 128 letters, digits and '-', and begins with a letter",
            fix=f"Write '{near}'" if _STACK_NAME.fullmatch(near := re.sub("[^A-Za-z0-9]+", "-", text)) else "",
            code="stack-name",
        )
    if text.lower().startswith(("aws", "ssm")):
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html
        raise InvalidValueError(
            f"the stack name {quoted(text)} is reserved",
            why="The names of SSM parameters begin with it, and they may not begin with 'aws' or 'ssm'",
            code="stack-name",
        )
    return text

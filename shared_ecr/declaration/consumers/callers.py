"""Read those who call with permissions of their own: accounts, roles, organizations and their units."""

from functools import partial

from shared_ecr.declaration.accounts import read_account
from shared_ecr.declaration.consumers.neighbours import ConsumerContext
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, OrganizationId
from shared_ecr.model.principals import Account, Organization, OrganizationalUnit, Role

# What stands for the declared organization where an organization id is allowed.
OWN = "own"


def read_account_consumer(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> Account | None:
    """Read an account by its name or its id."""
    account = read_account(reading, node, path, neighbours.accounts)
    return Account(account) if account else None


def read_role(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> Role | None:
    """Read a role by its ARN, or by account and name."""
    if isinstance(node, Scalar):
        role = reading.parsed(node, path, Role.from_arn)
        return role if role and is_of_partition(reading, node, path, neighbours) else None
    account, name = read_within_account(reading, node, path, "name", neighbours)
    return reading.parsed(name, join(path, "name"), partial(Role.parse, account)) if account and name else None


def is_of_partition(reading: Reading, node: Scalar, path: str, neighbours: ConsumerContext) -> bool:
    """Whether the ARN *node* is of the registry's partition; note it where it is not."""
    written, own = node.text.split(":")[1], neighbours.region and str(neighbours.region.partition)
    if own is None or written == own:
        return True
    fault = InvalidValueError(
        f"the ARN is of partition {written}, the registry in {own}",
        why="No principal of another partition can have access to it",
        fix=f"Write the ARN of a principal in {own}",
        code="region-partition",
    )
    reading.note(node, path, fault)
    return False


def read_organization(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> Organization | None:
    """Read an organization by its id, or `own`."""
    organization = read_organization_id(reading, node, path, neighbours)
    return Organization(organization) if organization else None


def own_organization(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> Organization | None:
    """Return the declared organization, or note that there is none."""
    if neighbours.organization:
        return Organization(neighbours.organization)
    fault = InvalidValueError(
        "no organization is declared",
        fix="Write its id as 'organization: o-…' at the top of the file, or here",
        code="org-missing",
    )
    reading.note(node, path, fault)
    return None


def read_organization_id(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> OrganizationId | None:
    """Read the id of an organization, or `own` for the declared one."""
    if isinstance(node, Scalar) and node.value == OWN:
        own = own_organization(reading, node, path, neighbours)
        return own.organization if own else None
    return reading.parsed(node, path, OrganizationId.parse)


def read_unit(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> OrganizationalUnit | None:
    """Read a unit by its path, or by organization, root and the units on the way down to it."""
    if isinstance(node, Scalar):
        unit = reading.parsed(node, path, OrganizationalUnit.parse)
        if unit and not unit.has_units_below:
            fault = InvalidValueError(
                "the path covers only accounts directly in the unit",
                fix=f"Write '{unit.pattern}*' for the units below it too",
                code="org-path-leaf",
            )
            reading.warn(node, path, fault)
        return unit
    fields = reading.mapping(node, path, ("organization", "root", "unit"), required=("root", "unit"))
    if fields is None:
        return None
    organization_node, root_node, unit_node = (fields.get(key) for key in ("organization", "root", "unit"))
    organization = _organization_of(reading, node, organization_node, path, neighbours)
    root = reading.text(root_node, join(path, "root")) if root_node else None
    units = _read_units(reading, unit_node, join(path, "unit")) if unit_node else None
    if organization is None or root is None or not units:
        return None
    return reading.attempt(node, path, lambda: OrganizationalUnit.of(organization, root, units=units))


def _organization_of(
    reading: Reading, unit: Node, written: Node | None, path: str, neighbours: ConsumerContext
) -> OrganizationId | None:
    """Read the organization that is *written*, or take the declared one where none is."""
    if written is not None:
        return read_organization_id(reading, written, join(path, "organization"), neighbours)
    own = own_organization(reading, unit, path, neighbours)
    return own.organization if own else None


def _read_units(reading: Reading, node: Node, path: str) -> tuple[str, ...] | None:
    if isinstance(node, Sequence) and not node.items:
        fault = InvalidValueError(
            "no unit is named",
            why="A grant to the whole organization is written as 'organization'",
            fix="Write the ids of the units on the way down, such as [ou-ab12-11111111]",
            code="org-path",
        )
        reading.note(node, path, fault)
        return None
    items = list(reading.items(node, path)) if isinstance(node, Sequence) else [(node, path)]
    read = [reading.text(item, item_path) for item, item_path in items]
    # An empty text is a fault of the unit, and the unit says so.
    return None if None in read else tuple(unit for unit in read if unit is not None)


def read_within_account(
    reading: Reading, node: Node, path: str, key: str, neighbours: ConsumerContext
) -> tuple[AccountId | None, Node | None]:
    """Read `{account: …, KEY: …}`: the account, and the node of what has a name within it."""
    fields = reading.mapping(node, path, ("account", key), required=("account", key))
    if fields is None:
        return None, None
    account_node = fields.get("account")
    account = read_account(reading, account_node, join(path, "account"), neighbours.accounts) if account_node else None
    return account, fields.get(key)

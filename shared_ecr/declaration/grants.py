"""Read grants and the perimeter: the access level of each consumer, and the organizations that access is limited to."""

from shared_ecr.declaration.accounts import read_account
from shared_ecr.declaration.consumers import SERVICES, read_consumer
from shared_ecr.declaration.consumers.callers import own_organization, read_organization_id
from shared_ecr.declaration.consumers.neighbours import ConsumerContext
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, OrganizationId
from shared_ecr.model.permissions import AccessLevel, Grant, Perimeter, redundant
from shared_ecr.model.principals import Account
from shared_ecr.text import did_you_mean, listed, quoted

__all__ = ["ConsumerContext", "read_grant", "read_grants", "read_grants_of", "read_perimeter"]

Written = dict[Grant, tuple[Node, str]]


def read_grants(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> tuple[Grant, ...]:
    """Read a mapping of access levels to lists of consumers; what others include is dropped with a warning."""
    levels = [str(level) for level in AccessLevel]
    if not isinstance(node, Mapping):
        wanted = f"a mapping of {listed(levels)} to consumers"
        reading.expected(node, path, wanted, "type-mapping", "Write {pull: […]}")
        return ()
    written: Written = {}
    for entry in node.entries:
        level_path = join(path, entry.key.text)
        if entry.key.text not in levels:
            reading.note(entry.key, level_path, _unknown_level(entry.key.text, levels))
            continue
        for item, item_path in reading.items(entry.value, level_path):
            grant = read_grant(reading, item, item_path, AccessLevel(entry.key.text), neighbours)
            if grant and grant in written:
                reading.warn(item, item_path, _redundant(grant, (grant,)))
            elif grant:
                written[grant] = (item, item_path)
                if neighbours.home and grant.consumer == Account(neighbours.home):
                    reading.warn(item, item_path, _own_account(neighbours.home))
    dropped = redundant(written, neighbours.home) if neighbours.home else {}
    for grant, others in dropped.items():
        reading.warn(*written[grant], _redundant(grant, others))
    return tuple(grant for grant in written if grant not in dropped)


def read_grants_of(
    reading: Reading, node: Node, path: str, level: AccessLevel, neighbours: ConsumerContext
) -> tuple[Grant, ...]:
    """Read a list of consumers that are all given *level*."""
    read = (read_grant(reading, item, item_path, level, neighbours) for item, item_path in reading.items(node, path))
    return tuple(dict.fromkeys(grant for grant in read if grant))


def read_perimeter(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> Perimeter | None:
    """Read `organization`, or `{organization: own | o-… | […], except: [ACCOUNT, …]}`.

    None where there was a fault, or where the registry account is not known, which is a fault of its own.
    """
    accounts: tuple[AccountId, ...] | None = ()
    organizations: tuple[OrganizationId, ...] | None
    if isinstance(node, Scalar):
        if node.value != "organization":
            fix = (
                did_you_mean(node.text, ("organization",))
                or "Write 'organization', or name the organization and the exceptions"
            )
            reading.note(
                node, path, InvalidValueError(f"{quoted(node.text)} is not a perimeter", fix=fix, code="perimeter")
            )
            return None
        own = own_organization(reading, node, path, neighbours)
        organizations = (own.organization,) if own else None
    else:
        fields = reading.mapping(node, path, ("organization", "except"), required=("organization",))
        organization, exceptions = (fields.get("organization"), fields.get("except")) if fields else (None, None)
        if organization is None:
            return None
        organizations = _read_organizations(reading, organization, join(path, "organization"), neighbours)
        if exceptions is not None:
            read = [
                read_account(reading, item, item_path, neighbours.accounts)
                for item, item_path in reading.items(exceptions, join(path, "except"))
            ]
            accounts = tuple(account for account in read if account) if all(read) else None
    if not organizations or accounts is None or neighbours.home is None:
        return None
    return Perimeter(neighbours.home, tuple(sorted(set(organizations))), tuple(sorted(set(accounts))))


def _read_organizations(
    reading: Reading, node: Node, path: str, neighbours: ConsumerContext
) -> tuple[OrganizationId, ...] | None:
    items = list(reading.items(node, path)) if isinstance(node, Sequence) else [(node, path)]
    if not items:
        fault = InvalidValueError(
            "a perimeter without an organization denies everyone", fix="Name one", code="perimeter"
        )
        reading.note(node, path, fault)
    read = [read_organization_id(reading, item, item_path, neighbours) for item, item_path in items]
    return tuple(each for each in read if each) if all(read) else None


def read_grant(
    reading: Reading, node: Node, path: str, level: AccessLevel, neighbours: ConsumerContext
) -> Grant | None:
    """Read one consumer that is given *level*."""
    read = read_consumer(reading, node, path, neighbours)
    if read is None:
        return None
    if level is not AccessLevel.PULL and isinstance(read.consumer, SERVICES):
        fault = InvalidValueError(
            f"a service cannot be granted {quoted(level)}",
            why="Services only pull; a build pushes with its service role",
            fix="Grant it to that role with 'role:'",
            code="service-push",
        )
        reading.note(node, path, fault)
        return None
    return Grant(level, read.consumer, read.narrowing)


def _unknown_level(text: str, levels: list[str]) -> InvalidValueError:
    action = text.lower().removeprefix("ecr:")
    if action == "getauthorizationtoken":
        return InvalidValueError(
            "ecr:GetAuthorizationToken cannot be granted by a repository",
            why="It has no resource, and ECR refuses the whole policy",
            fix="Allow it in the caller's own IAM policy",
            code="action-token",
        )
    having = [level for level in AccessLevel if f"ecr:{action}" in {each.lower() for each in level.actions}]
    if having:
        fix = f"Grant {listed(having)}; each level has all the actions that it needs"
        return InvalidValueError(f"{quoted(text)} is an action, not an access level", fix=fix, code="access-level")
    fix = did_you_mean(text, levels) or f"Grant {listed(levels)}; each level has the actions that it needs"
    return InvalidValueError(f"there is no access level {quoted(text)}", fix=fix, code="access-level")


def _own_account(home: AccountId) -> InvalidValueError:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts
    return InvalidValueError(
        f"{home} is the registry's own account",
        why="Inside the registry's own account, a grant to the account gives no access by itself: each role still "
        "needs a policy of its own, and that policy is enough without this grant",
        fix="Remove it, or grant access to the role by name",
        code="grant-own-account",
    )


def _redundant(grant: Grant, others: tuple[Grant, ...]) -> InvalidValueError:
    what = (
        f"{grant} is granted twice" if others == (grant,) else f"{grant} is already in {' and '.join(map(str, others))}"
    )
    return InvalidValueError(
        what,
        why="The policy is the same without it",
        fix="Remove it, or remove the wider grant if only this one was meant" if others != (grant,) else "Remove one",
        code="grant-redundant",
    )

"""The columns of the matrix: the principals that the policies and the declaration name, and strangers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from shared_ecr.access.callers import UNNAMED_ROLE, Caller, CallerKind, Identity
from shared_ecr.access.candidates import instances
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.stand_ins import OTHER_ORGANIZATION, STRANGE_SERVICE, unnamed_accounts
from shared_ecr.access.trust_boundary import TrustBoundary, named
from shared_ecr.records import record


class ColumnGroup(StrEnum):
    """Where a consumer is."""

    OWN = "registry account"
    ACCOUNT = "account"
    PRINCIPAL = "principal"
    ORGANIZATION = "organization"
    SERVICE = "service"
    STRANGER = "stranger"


@record
class MatrixColumn:
    """One column."""

    name: str
    group: ColumnGroup
    caller: Caller
    is_outside: bool


def consumers(
    policies: Sequence[Policy],
    target: TargetRepository,
    known: TrustBoundary,
    accounts: Mapping[str, str] | None = None,
) -> list[MatrixColumn]:
    """Return every principal that *policies* and the declaration name, then the strangers.

    Args:
        policies: every policy of the registry.
        target: any repository of it.
        known: our organization, and the accounts that are ours.
        accounts: the names that the declaration gives to account ids, by id.
    """
    names = accounts or {}
    found: dict[str, MatrixColumn] = {}
    member, stranger = unnamed_accounts(policies, {target.account, *known.accounts, *names})
    for each in (
        *_insiders(policies, target, known, names),
        *_possible_members(policies, target, known, names),
        *_organizations(policies, target, known, member),
        *_strangers(target, known, stranger),
    ):
        found.setdefault(each.name, each)
    return list(found.values())


def _insiders(
    policies: Sequence[Policy], target: TargetRepository, known: TrustBoundary, names: Mapping[str, str]
) -> Iterator[MatrixColumn]:
    own = _member(Caller.unnamed_role(target.account, target.partition), known, target)
    yield MatrixColumn(
        _account_name(target.account, names), ColumnGroup.OWN, own.with_identity(Identity.UNKNOWN), is_outside=False
    )
    callers = list(dict.fromkeys(named(policies, target)))
    mentioned = [each.account for each in callers if each.account]
    for account in dict.fromkeys([*names, *sorted(mentioned)]):
        if account != target.account:
            caller = _member(Caller.unnamed_role(account, target.partition), known, target)
            yield _consumer(_account_name(account, names), ColumnGroup.ACCOUNT, caller, known, target)
    for caller in sorted(callers, key=lambda each: each.shown):
        if caller.kind is CallerKind.SERVICE:
            yield MatrixColumn(caller.shown, ColumnGroup.SERVICE, caller, is_outside=False)
        elif caller.principal_arn and not caller.principal_arn.endswith(f"/{UNNAMED_ROLE}"):
            member = _member(caller, known, target)
            if member.account == target.account:
                member = member.with_identity(Identity.UNKNOWN)
            yield _consumer(caller.shown, ColumnGroup.PRINCIPAL, member, known, target)


def _possible_members(
    policies: Sequence[Policy], target: TargetRepository, known: TrustBoundary, names: Mapping[str, str]
) -> Iterator[MatrixColumn]:
    """Give the principals that are named beside a condition on organizations, as members of what it asks for.

    Which organization an account belongs to that is not ours is not known, so it can be the one that is asked for.
    """
    callers = [each for each in dict.fromkeys(named(policies, target)) if each.account not in {None, target.account}]
    for caller in sorted(callers, key=lambda each: each.shown):
        if known.is_inside(caller, target):
            continue
        is_any_role = (caller.principal_arn or "").endswith(f"/{UNNAMED_ROLE}")
        name = _account_name(caller.account or "", names) if is_any_role else caller.shown
        group = ColumnGroup.ACCOUNT if is_any_role else ColumnGroup.PRINCIPAL
        for organization, path in _memberships_beside(caller, policies):
            paths = (path or f"{organization}/r-none/",)
            member = caller.with_identity(Identity.ALLOWS).in_organization(organization, paths)
            yield _consumer(f"{name}, if it is in {path or organization}", group, member, known, target)


def _memberships_beside(caller: Caller, policies: Sequence[Policy]) -> Iterator[tuple[str, str]]:
    """Give the organizations, or the paths of units, that statements ask for which name *caller*."""
    found: dict[tuple[str, str], None] = {}
    for statement in (each for policy in policies for each in policy.statements):
        principal = statement.principal
        if not principal.everyone and principal.means(caller) is not PrincipalMatch.NOT:
            for condition in statement.conditions:
                texts = [text for template in condition.templates for text in instances(template, {})[:1]]
                if condition.looked_up == "aws:principalorgid":
                    found |= dict.fromkeys((text, "") for text in texts)
                elif condition.looked_up == "aws:principalorgpaths":
                    found |= dict.fromkeys((text.partition("/")[0], text) for text in texts)
    yield from found


def _organizations(
    policies: Sequence[Policy], target: TargetRepository, known: TrustBoundary, account: str
) -> Iterator[MatrixColumn]:
    """Give a member of each organization and unit that is named, with an *account* that is not named."""
    member = Caller.unnamed_role(account, target.partition).with_identity(Identity.ALLOWS)
    organizations = [known.organization] if known.organization else []
    organizations += _values(policies, "aws:principalorgid")
    for organization in dict.fromkeys(organizations):
        caller = member.in_organization(organization, (f"{organization}/r-none/",))
        yield _consumer(f"another account of {organization}", ColumnGroup.ORGANIZATION, caller, known, target)
    for path in _values(policies, "aws:principalorgpaths"):
        caller = member.in_organization(path.partition("/")[0], (path,))
        yield _consumer(f"another account in {path}", ColumnGroup.ORGANIZATION, caller, known, target)


def _strangers(target: TargetRepository, known: TrustBoundary, account: str) -> Iterator[MatrixColumn]:
    stranger = Caller.unnamed_role(account, target.partition).with_identity(Identity.ALLOWS)
    yield _consumer("an account of no organization", ColumnGroup.STRANGER, stranger, known, target)
    other = stranger.in_organization(OTHER_ORGANIZATION, (f"{OTHER_ORGANIZATION}/r-none/",))
    yield _consumer("an account of another organization", ColumnGroup.STRANGER, other, known, target)
    service = Caller.of_service(STRANGE_SERVICE)
    yield MatrixColumn("any other AWS service", ColumnGroup.STRANGER, service, is_outside=True)


def _consumer(
    name: str, group: ColumnGroup, caller: Caller, known: TrustBoundary, target: TargetRepository
) -> MatrixColumn:
    return MatrixColumn(name, group, caller, is_outside=not known.is_inside(caller, target))


def _member(caller: Caller, known: TrustBoundary, target: TargetRepository) -> Caller:
    """Return *caller* as a member of our organization where its account is ours."""
    willing = caller.with_identity(Identity.ALLOWS)
    if known.organization and known.is_inside(caller, target):
        return willing.in_organization(known.organization, (f"{known.organization}/r-none/",))
    return willing


def _account_name(account: str, names: Mapping[str, str]) -> str:
    return f"{names[account]} ({account})" if account in names else account


def _values(policies: Iterable[Policy], key: str) -> Iterator[str]:
    for policy in policies:
        for statement in policy.statements:
            for condition in statement.conditions:
                if condition.looked_up == key:
                    for template in condition.templates:
                        yield from instances(template, {})[:1]

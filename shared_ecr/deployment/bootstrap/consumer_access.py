"""Exactly what the principals of one account may pull, as the evaluator decides it."""

from collections.abc import Iterator, Sequence

from shared_ecr.access.callers import Caller, CallerKind, Identity
from shared_ecr.access.capabilities import CAPABILITIES, PULL, PUSH
from shared_ecr.access.matrix import Access, MatrixCell, MatrixRow, cells_of
from shared_ecr.access.trust_boundary import named
from shared_ecr.deployment.bootstrap.declared_policies import reached_rows
from shared_ecr.deployment.bootstrap.deployed_arns import widest
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.registry_policy import CACHE_ACTIONS
from shared_ecr.records import record

_PULL, _PUSH = CAPABILITIES.index(PULL), CAPABILITIES.index(PUSH)
_FIRST_PULL = frozenset(CACHE_ACTIONS)


@record
class PullablePrincipal:
    """One principal of the account, or all of its roles, and what it may pull beyond those."""

    name: str | None
    """The role or user; None is any role of the account."""
    arns: tuple[str, ...]
    conditions: tuple[str, ...]
    """What the registry asks for besides, as phrases: a VPC endpoint, a tag."""
    first_pulls: tuple[str, ...] = ()
    """The repositories below caches whose images it may be the first to pull, which imports them."""


@record
class ConsumerAccess:
    """All that an account may pull."""

    account: AccountId
    registry: RegistrySpec
    principals: tuple[PullablePrincipal, ...]


def consumer_access(registry: RegistrySpec, account: AccountId, paths: Sequence[str] = ()) -> ConsumerAccess:
    """Ask for every repository whether *account* may pull from it.

    Args:
        registry: the declaration.
        account: the consumer's account.
        paths: the paths of its organizational units, for grants to units: `o-…/r-…/ou-…/`.

    Raises:
        InvalidValueError: the declaration names the account nowhere, or nothing lets it pull.
    """
    reached = tuple(reached_rows(registry))
    callers = _callers([row for row, _ in reached], registry, account, tuple(paths))
    found = list(_principals(reached, callers))
    if not found:
        raise InvalidValueError(
            f"account {account} may pull from no repository",
            why="No grant of the declaration reaches it"
            + ("" if paths else "; grants to organizational units are counted only with --organization-path"),
            fix=f"Write 'pull: [account: \"{account}\"]' under 'grants' of a repository, or under 'defaults'",
            code="consumer-without-grant",
        )
    return ConsumerAccess(account, registry, tuple(found))


def _callers(
    rows: Sequence[MatrixRow], registry: RegistrySpec, account: AccountId, paths: tuple[str, ...]
) -> list[Caller]:
    """Return any role of the account, then those that a policy names."""
    partition = str(registry.regions[0].partition)
    policies = [each for row in rows for each in (row.policies.repository, row.policies.registry) if each]
    target = rows[0].target if rows else None
    written = dict.fromkeys(each for each in named(policies, target) if each.account == str(account)) if target else {}
    known = account in registry.accounts.values() or account == registry.account
    if not known and not written:
        raise InvalidValueError(
            f"nothing in the declaration names account {account}",
            why="A policy for an account that was mistyped would be deployed to somewhere else",
            fix=f"Add it under 'accounts', or under 'grants': 'account: \"{account}\"'",
            code="consumer-account",
        )
    callers = [Caller.unnamed_role(str(account), partition)]
    callers += sorted((each for each in written if each.names), key=lambda each: each.shown)
    organization = str(registry.organization) if registry.organization and known else None
    members = paths or ((f"{organization}/r-none/",) if organization else ())
    return [each.with_identity(Identity.ALLOWS).in_organization(organization, tuple(members)) for each in callers]


def _principals(reached: Sequence[tuple[MatrixRow, str]], callers: Sequence[Caller]) -> Iterator[PullablePrincipal]:
    everyone: set[str] = set()
    importing: set[str] = set()
    for caller in callers:
        arns: list[str] = []
        imports: list[str] = []
        conditions: list[str] = []
        for row, resource in reached:
            cells = cells_of(row, caller)
            cell: MatrixCell = cells[_PULL]
            if set(cells[_PUSH].actions) >= _FIRST_PULL and resource not in importing:
                imports.append(resource)
                conditions += cells[_PUSH].conditions
            # A part of a pull, such as the look at a tag that a push needs, is not a pull.
            if cell.access in {Access.NONE, Access.PART} or resource in everyone:
                continue
            arns.append(resource)
            conditions += cell.conditions
        is_named = bool(caller.names) and caller.kind is not CallerKind.ROOT
        if not is_named:
            everyone.update(arns)
            importing.update(imports)
        if arns or imports:
            name = caller.shown.partition(":role/")[2] or caller.shown if is_named else None
            asked = tuple(dict.fromkeys(conditions))
            yield PullablePrincipal(name, _distinct(arns), asked, _distinct(imports))


def _distinct(resources: Sequence[str]) -> tuple[str, ...]:
    return widest(tuple(dict.fromkeys(resources)))

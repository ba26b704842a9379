"""Grants that other grants include: without them, only the size of the policy changes."""

from collections import defaultdict
from collections.abc import Iterable
from typing import assert_never

from shared_ecr.model.names import AccountId, OrganizationId
from shared_ecr.model.permissions.grants import Grant
from shared_ecr.model.principals import (
    Account,
    CiWorkflow,
    CodeBuildProject,
    Consumer,
    EmrServerless,
    FromAccount,
    FromArn,
    FromOrganization,
    LambdaFunctions,
    Organization,
    OrganizationalUnit,
    Role,
    Service,
)


def redundant(grants: Iterable[Grant], home: AccountId) -> dict[Grant, tuple[Grant, ...]]:
    """Return those of *grants* that others include, each with the others; *home* is the registry account.

    The result does not depend on their order.
    """
    by_owner: dict[AccountId | OrganizationId, list[Grant]] = defaultdict(list)
    for grant in set(grants):
        by_owner[_owner(grant.consumer)].append(grant)
    found: dict[Grant, tuple[Grant, ...]] = {}
    # Only grants to one account, or to one organization, can include each other.
    for together in by_owner.values():
        if len(together) > 1:
            found |= _redundant_of_one(together, home)
    return found


def _redundant_of_one(grants: list[Grant], home: AccountId) -> dict[Grant, tuple[Grant, ...]]:
    kept = sorted(grants, key=lambda grant: (len(grant.level.actions), str(grant)))
    found: dict[Grant, tuple[Grant, ...]] = {}
    for grant in tuple(kept):
        others = [other for other in kept if other != grant and _reaches(other, grant, home)]
        alone = [other for other in others if set(grant.level.actions) <= set(other.level.actions)]
        together = {action for other in others for action in other.level.actions}
        if alone or set(grant.level.actions) <= together:
            found[grant] = tuple(alone[:1] or others)
            kept.remove(grant)
    return found


def _owner(consumer: Consumer) -> AccountId | OrganizationId:
    match consumer:
        case CiWorkflow(role):
            return role.account
        case Organization() | OrganizationalUnit():
            return consumer.organization
        case Service(_, source):
            return source.organization if isinstance(source, FromOrganization) else source.account
        case Account() | Role() | LambdaFunctions() | CodeBuildProject() | EmrServerless():
            return consumer.account
        case _:
            assert_never(consumer)


def _reaches(grant: Grant, other: Grant, home: AccountId) -> bool:
    """Whether *grant* reaches every principal that *other* does; both are of one owner.

    A grant to a CI system also says which project may assume the role, so that no other grant includes it.
    """
    if isinstance(other.consumer, CiWorkflow):
        return False
    return grant.narrowing.admits(other.narrowing) and _includes(grant.consumer, other.consumer, home)


def _includes(consumer: Consumer, other: Consumer, home: AccountId) -> bool:
    match consumer, other:
        case ((Account(account) | LambdaFunctions(account)), Role(owner)):
            # Lambda's account has access as a whole, too. In the registry's own account, a grant to the account gives
            # no access by itself, and a grant to a role does: there the role is not redundant.
            return account == owner != home
        case Organization(organization), OrganizationalUnit():
            return organization == other.organization
        case OrganizationalUnit(has_units_below=True), OrganizationalUnit():
            return other.pattern.startswith(consumer.pattern.removesuffix("*"))
        case Service(name, FromAccount()), (CodeBuildProject() | EmrServerless() | Service(_, FromArn())):
            return name == _service(other)
        case (LambdaFunctions(account, None), LambdaFunctions(others)) | (
            EmrServerless(account, None),
            EmrServerless(others),
        ):
            return account == others
        case _:
            return consumer == other


def _service(consumer: CodeBuildProject | EmrServerless | Service) -> str:
    match consumer:
        case CodeBuildProject():
            return "codebuild"
        case EmrServerless():
            return "emr-serverless"
        case Service(name):
            return name
        case _:
            assert_never(consumer)

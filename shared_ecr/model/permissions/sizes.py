"""The size of a policy and the limit of ECR, and shorter forms of a policy that does not fit."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import OrganizationId
from shared_ecr.model.permissions.grants import Grant
from shared_ecr.model.permissions.perimeters import Perimeter
from shared_ecr.model.permissions.places import PolicyLocation
from shared_ecr.model.permissions.policy_documents import repository_policy
from shared_ecr.model.permissions.verbatim import VerbatimStatement
from shared_ecr.model.principals import (
    EVERYWHERE,
    Account,
    CiWorkflow,
    CodeBuildProject,
    EmrServerless,
    FromOrganization,
    LambdaFunctions,
    Organization,
    OrganizationalUnit,
    Role,
    Service,
)
from shared_ecr.records import record
from shared_ecr.text import counted, listed

# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
MAX_POLICY_CHARACTERS = 10_240
# Ids of the real length; only the size of the rendered policy is used.
_SOME_ORGANIZATION = OrganizationId("o-a1b2c3d4e5")
_SOME_UNIT = OrganizationalUnit(_SOME_ORGANIZATION, "r-ab12", ("ou-ab12-11111111",))


@record
class PolicySize:
    """How much of ECR's limit a policy takes."""

    characters: int
    statements: int

    @property
    def fits(self) -> bool:
        """Whether ECR stores it."""
        return self.characters <= MAX_POLICY_CHARACTERS

    def __str__(self) -> str:
        share = -(-100 * self.characters // MAX_POLICY_CHARACTERS)
        return (
            f"{self.characters:,} of {MAX_POLICY_CHARACTERS:,} characters ({share} %) in "
            f"{counted(self.statements, 'statement')}"
        )


def policy_characters(policy: dict[str, Any]) -> int:
    """Count the characters of *policy* as ECR does: the text without spaces."""
    return len(json.dumps(policy, separators=(",", ":")))


def policy_size(
    grants: Iterable[Grant],
    place: PolicyLocation,
    perimeter: Perimeter | None = None,
    verbatim: Iterable[VerbatimStatement] = (),
) -> PolicySize:
    """Measure the policy that a repository has in *place*; without a grant and a denial, the size is 0."""
    policy = repository_policy(grants, place, perimeter, verbatim)
    return PolicySize(policy_characters(policy), len(policy["Statement"])) if policy else PolicySize(0, 0)


def size_fault(
    grants: Iterable[Grant],
    place: PolicyLocation,
    perimeter: Perimeter | None = None,
    verbatim: Iterable[VerbatimStatement] = (),
) -> InvalidValueError | None:
    """Return what is wrong where the policy is too large, with the forms that would fit and their sizes."""
    granted, kept = tuple(grants), tuple(verbatim)
    size = policy_size(granted, place, perimeter, kept)
    if size.fits:
        return None
    fitting = []
    for words, widen in _WIDER.items():
        wider = policy_size([each for grant in granted for each in widen(grant)], place, perimeter, kept)
        if wider.fits and wider.characters < size.characters:
            fitting.append(f"{words} ({wider.characters} characters)")
    return InvalidValueError(
        f"the repository policy has {size.characters} characters{_share(kept)}; ECR stores {MAX_POLICY_CHARACTERS}",
        fix=f"Grant {listed(fitting)}" if fitting else "Grant access to fewer principals, or split the repository",
        code="policy-size",
    )


def _share(verbatim: tuple[VerbatimStatement, ...]) -> str:
    """Say how many of the characters are those of verbatim statements, which no other form shortens."""
    characters = sum(len(statement.text) for statement in verbatim)
    return f", {characters} of them in 'statements'" if verbatim else ""


def _accounts_of_roles(grant: Grant) -> tuple[Grant, ...]:
    match grant.consumer:
        case Role(account) | CiWorkflow(Role(account)):
            return (Grant(grant.level, Account(account), grant.narrowing),)
        case _:
            return (grant,)


def _everything_of(wide: Organization | OrganizationalUnit) -> Callable[[Grant], tuple[Grant, ...]]:
    """Return what turns every grant into one of *wide*, and every service into one that acts for its organization."""

    def widened(grant: Grant) -> tuple[Grant, ...]:
        source = FromOrganization(wide.organization)
        match grant.consumer:
            case Account() | Role() | CiWorkflow() | OrganizationalUnit() | Organization():
                return (Grant(grant.level, wide, grant.narrowing),)
            case LambdaFunctions():
                return Grant(grant.level, wide, EVERYWHERE), Grant(grant.level, Service("lambda", source))
            case CodeBuildProject():
                return (Grant(grant.level, Service("codebuild", source)),)
            case EmrServerless():
                return (Grant(grant.level, Service("emr-serverless", source)),)
            case Service(name):
                return (Grant(grant.level, Service(name, source)),)

    return widened


# From the narrowest to the widest, by what the error calls them.
_WIDER: dict[str, Callable[[Grant], tuple[Grant, ...]]] = {
    "the accounts instead of their roles": _accounts_of_roles,
    "one organizational unit": _everything_of(_SOME_UNIT),
    "the organization": _everything_of(Organization(_SOME_ORGANIZATION)),
}

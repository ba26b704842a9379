"""The two policies of ECR that speak about one repository, and which requests each is asked about."""

from collections.abc import Iterator
from enum import StrEnum

from shared_ecr.access.actions import ALL_ACTIONS, REPOSITORY_LEVEL_BITS, SCOPE_V1_BITS, TOKEN_BIT
from shared_ecr.access.policy_model import Effect, Policy, Statement
from shared_ecr.records import record


class Scope(StrEnum):
    """Which requests the registry policy takes part in; V2 is ECR's default: all of them."""

    V1 = "V1"
    V2 = "V2"


class PolicySide(StrEnum):
    """Which of the registry's two policies a statement is in."""

    REPOSITORY = "repository"
    REGISTRY = "registry"


@record(slots=False)
class PolicyPair:
    """The two policies that speak about one repository."""

    repository: Policy | None = None
    registry: Policy | None = None
    scope: Scope = Scope.V2

    def statements(self) -> Iterator[tuple[PolicySide, Statement, int]]:
        """Give each statement with the actions about which it can say something at all."""
        for statement in self.repository.statements if self.repository else ():
            yield PolicySide.REPOSITORY, statement, REPOSITORY_LEVEL_BITS
        for statement in self.registry.statements if self.registry else ():
            asked = SCOPE_V1_BITS if self.scope is Scope.V1 else ALL_ACTIONS
            # A token belongs to no resource, so no resource policy can hand one out; a deny of V2 can withhold it.
            yield PolicySide.REGISTRY, statement, asked & ~TOKEN_BIT if statement.effect is Effect.ALLOW else asked

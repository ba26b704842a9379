"""One repository, complete: every property decided, every default applied."""

from dataclasses import dataclass, field
from typing import Any

from shared_ecr.model.encryption import Encryption, StackKey
from shared_ecr.model.lifecycle import DEFAULT_POLICY, LifecyclePolicy
from shared_ecr.model.mutability import TagMutability
from shared_ecr.model.permissions import Grant, Perimeter, PolicyLocation, repository_policy
from shared_ecr.model.principals import Organization, OrganizationalUnit
from shared_ecr.names import EcrRegistry, RepositoryName


@dataclass(frozen=True, slots=True)
class RetainOnRemoval:
    """The repository and its images stay when it leaves the declaration."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """The repository goes when it leaves the declaration."""

    reason: str
    """Why; it goes into the template beside the policy."""
    with_images: bool = False
    """Whether its images go too; if not, a repository that still has some stays, and the deployment fails."""


Removal = RetainOnRemoval | Deleted


@dataclass(frozen=True, slots=True)
class RepositorySpec:
    """A repository as it shall be. What is left out has the safe value; docs/reference/declaration.md says why."""

    name: RepositoryName
    grants: tuple[Grant, ...] = ()
    perimeter: Perimeter | None = None
    """Who may be let in at all, whoever grants it; None is whoever is granted."""
    lifecycle: LifecyclePolicy = DEFAULT_POLICY
    tag_mutability: TagMutability = field(default_factory=TagMutability)
    scan_on_push: bool = True
    encryption: Encryption = field(default_factory=StackKey)
    tags: tuple[tuple[str, str], ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    """Why a published control is not met, by control: (`CKV_AWS_51`, reason). Rendered as acknowledgements."""
    on_removal: Removal = field(default_factory=RetainOnRemoval)

    def policy(self, place: PolicyLocation) -> dict[str, Any] | None:
        """Render the repository policy for a registry in *place*, or None where nobody is granted anything."""
        return repository_policy(self.grants, place, self.perimeter)

    def uri(self, registry: EcrRegistry) -> str:
        """Where the repository's images are pulled from and pushed to."""
        return f"{registry.host}/{self.name}"

    def arn(self, registry: EcrRegistry) -> str:
        """The repository's ARN."""
        return f"arn:{registry.region.partition}:ecr:{registry.region}:{registry.account}:repository/{self.name}"

    @property
    def is_granted_to_an_organization(self) -> bool:
        """Whether the policy has a principal `*` narrowed to an organization or a unit, which some checkers report."""
        return any(isinstance(grant.consumer, Organization | OrganizationalUnit) for grant in self.grants)

    @property
    def policy_reasons(self) -> tuple[tuple[str, str], ...]:
        """Why a published control reports the policy and is wrong, by control, like `reasons`."""
        if any(isinstance(grant.consumer, OrganizationalUnit) for grant in self.grants):
            return (("CKV_AWS_32", "Principal * is narrowed to an organizational unit by aws:PrincipalOrgPaths"),)
        if self.perimeter:
            return (("CKV_AWS_32", "Principal * stands in a denial of those outside of the organization"),)
        return ()

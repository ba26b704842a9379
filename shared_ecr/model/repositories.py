"""One repository with all its properties; every default is applied."""

from typing import Any

from shared_ecr.model.encryption import Encryption, StackKey
from shared_ecr.model.lifecycle import DEFAULT_POLICY, LifecyclePolicy, NoLifecyclePolicy
from shared_ecr.model.mutability import TagMutability
from shared_ecr.model.names import EcrRegistry, RepositoryName
from shared_ecr.model.permissions import Grant, Perimeter, PolicyLocation, VerbatimStatement, repository_policy
from shared_ecr.model.principals import Organization, OrganizationalUnit
from shared_ecr.records import field, record


@record
class RetainOnRemoval:
    """The repository and its images stay when it is removed from the declaration."""


@record
class Deleted:
    """The repository is deleted when it is removed from the declaration."""

    reason: str
    """Why; it is written into the template beside the policy."""
    with_images: bool = False
    """Whether its images are deleted too; if not, a repository with images stays, and the deployment fails."""


Removal = RetainOnRemoval | Deleted


@record
class RepositorySpec:
    """A repository as declared. What is left out has the safe value; docs/reference/declaration.md says why."""

    name: RepositoryName
    grants: tuple[Grant, ...] = ()
    perimeter: Perimeter | None = None
    """The organizations outside of which all access is denied, whatever grants it; None denies nothing."""
    statements: tuple[VerbatimStatement, ...] = ()
    """Further statements of the policy, copied unchanged."""
    lifecycle: LifecyclePolicy | NoLifecyclePolicy = DEFAULT_POLICY
    tag_mutability: TagMutability = field(default_factory=TagMutability)
    scan_on_push: bool = True
    encryption: Encryption = field(default_factory=StackKey)
    tags: tuple[tuple[str, str], ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    """Why the repository does not meet a published control, by control: (`CKV_AWS_51`, reason). Rendered as
    acknowledgements."""
    on_removal: Removal = field(default_factory=RetainOnRemoval)

    def policy(self, place: PolicyLocation) -> dict[str, Any] | None:
        """Render the repository policy for a registry in *place*, or None where it would have no statement."""
        return repository_policy(self.grants, place, self.perimeter, self.statements)

    def uri(self, registry: EcrRegistry) -> str:
        """Where the repository's images are pulled from and pushed to."""
        return registry.uri_of(self.name)

    def arn(self, registry: EcrRegistry) -> str:
        """The repository's ARN."""
        return registry.arn_of(self.name)

    @property
    def is_granted_to_an_organization(self) -> bool:
        """Whether the policy has a principal `*` narrowed to an organization or a unit, which some checkers report."""
        return any(isinstance(grant.consumer, Organization | OrganizationalUnit) for grant in self.grants)

    @property
    def lifecycle_text(self) -> str | None:
        """The lifecycle policy as ECR stores it, or None where the repository has none."""
        return self.lifecycle.text() if isinstance(self.lifecycle, LifecyclePolicy) else None

    @property
    def policy_reasons(self) -> tuple[tuple[str, str], ...]:
        """Why a published control reports the policy and is wrong, by control, like `reasons`."""
        if any(isinstance(grant.consumer, OrganizationalUnit) for grant in self.grants):
            return (("CKV_AWS_32", "Principal * is narrowed to an organizational unit by aws:PrincipalOrgPaths"),)
        for statement in self.statements:
            if statement.names_everyone:
                return (("CKV_AWS_32", statement.reason),)
        if self.perimeter:
            return (("CKV_AWS_32", "Principal * is in a denial of principals outside of the organization"),)
        return ()

"""What belongs to a registry as a whole, a file for each setting: frozen valid values that render themselves.

Scanning, replication, registry policy and signing exist once for each account and Region: the last writer wins, so one
stack should own them.
`replicas` says what a destination of replication gets so that replicas have the rules of their source.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.permissions import Grant, VerbatimStatement, verbatim_documents
from shared_ecr.model.principals import Organization, OrganizationalUnit
from shared_ecr.model.settings.account_settings import AccountSettings
from shared_ecr.model.settings.api_calls import CalledSetting
from shared_ecr.model.settings.creation_templates import CreationTemplate
from shared_ecr.model.settings.pull_through_cache import CacheRule
from shared_ecr.model.settings.pull_time_exclusions import ExcludedPrincipal
from shared_ecr.model.settings.registry_policy import (
    PrefixGrants,
    ReplicationSource,
    cache_statements,
    creation_statements,
    grant_statements,
    policy,
    prefix_statements,
    replication_statements,
)
from shared_ecr.model.settings.replication import Destination, Replication
from shared_ecr.model.settings.scanning import DEFAULT_SCANNING, Scanning
from shared_ecr.model.settings.signing import Signing

__all__ = ["CalledSetting", "Destination", "SettingsSpec"]


@dataclass(frozen=True, slots=True)
class SettingsSpec:
    """All settings of a registry; those left out have the safe value or stay as the account has them."""

    scanning: Scanning | None = DEFAULT_SCANNING
    """None leaves the registry's own configuration alone."""
    replication: Replication | None = None
    replication_sources: tuple[ReplicationSource, ...] = ()
    caches: tuple[CacheRule, ...] = ()
    templates: tuple[CreationTemplate, ...] = ()
    grants: tuple[Grant, ...] = ()
    """What is granted on every repository by the registry policy."""
    prefix_grants: tuple[PrefixGrants, ...] = ()
    """What is granted on the repositories of a namespace by the registry policy."""
    statements: tuple[VerbatimStatement, ...] = ()
    """What the registry policy says besides, word for word."""
    signing: Signing | None = None
    pull_time_exclusions: tuple[ExcludedPrincipal, ...] = ()
    account: AccountSettings = field(default_factory=AccountSettings)

    def __post_init__(self) -> None:
        # The order of the file carries no meaning, so it may not carry over into the template.
        object.__setattr__(self, "caches", tuple(sorted(self.caches, key=lambda rule: rule.prefix)))
        object.__setattr__(self, "templates", tuple(sorted(self.templates, key=lambda template: template.prefix)))
        object.__setattr__(self, "pull_time_exclusions", tuple(sorted(self.pull_time_exclusions)))

    def policy(self, home: EcrRegistry) -> dict[str, Any] | None:
        """Render the registry policy of *home*, or None where nothing is allowed by it."""
        return policy(
            [
                *replication_statements(self.replication_sources, home),
                *cache_statements(self.caches, home),
                *creation_statements(self.templates, home),
                *grant_statements(self.grants, home),
                *prefix_statements(self.prefix_grants, home),
                *verbatim_documents(self.statements),
            ]
        )

    @property
    def grants_an_organization(self) -> bool:
        """Whether the registry policy has a principal `*` narrowed to an organization, which some checkers report."""
        grants = (
            *self.grants,
            *(grant for rule in self.caches for grant in rule.grants),
            *(grant for template in self.templates for grant in template.creators),
            *(grant for each in self.prefix_grants for grant in each.grants),
        )
        return any(isinstance(grant.consumer, Organization | OrganizationalUnit) for grant in grants)

    def calls(self, home: EcrRegistry) -> Iterator[CalledSetting]:
        """Yield the settings of *home* that CloudFormation has no property for."""
        yield from self.account.calls()
        replication = self.replication.called(home) if self.replication else None
        if replication:
            yield replication

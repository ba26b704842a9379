"""The policies of a declaration as the evaluator of `access` reads them: a row for each repository and Region."""

from collections.abc import Iterator

from shared_ecr.access.matrix import MatrixRow
from shared_ecr.access.policy_pair import PolicyPair, Scope
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.account_settings import ACCOUNT_SETTINGS
from shared_ecr.model.settings.registry_policy import registry_policy


def declared_rows(registry: RegistrySpec) -> Iterator[MatrixRow]:
    """Yield the policies that speak about each repository of *registry*."""
    account, scope = str(registry.account), Scope(registry.settings[ACCOUNT_SETTINGS].registry_policy_scope or Scope.V2)
    for region in registry.regions:
        whole = registry_policy(registry.settings, registry.in_region(region))
        shared = read_policy(whole, "the registry policy") if whole else None
        for spec in registry.repositories:
            target = TargetRepository(account, str(region), str(spec.name), str(region.partition), spec.tags)
            written = spec.policy(PolicyLocation.of(region))
            own = read_policy(written, str(spec.name)) if written else None
            yield MatrixRow(target, PolicyPair(own, shared, scope))

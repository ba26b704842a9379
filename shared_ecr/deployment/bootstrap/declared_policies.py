"""The policies of a declaration as the evaluator of `access` reads them: a row for each repository and Region."""

from collections.abc import Iterator

from shared_ecr.access.matrix import MatrixRow
from shared_ecr.access.names_to_come import named_resources, names_to_come
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.policy_pair import PolicyPair, Scope
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.model.settings.account_settings import ACCOUNT_SETTINGS
from shared_ecr.model.settings.creation_templates import TEMPLATES
from shared_ecr.model.settings.registry_policy import registry_policy
from shared_ecr.model.settings.replicas import Replicas, replicas
from shared_ecr.model.settings.roles import repositories
from shared_ecr.model.settings.setting import SettingsSpec
from shared_ecr.review.policy_texts import new_repository


def declared_rows(registry: RegistrySpec) -> Iterator[MatrixRow]:
    """Yield the policies that speak about each repository of *registry*."""
    for home in registry.registries:
        yield from _Policies(home, registry.settings).of_repositories(registry.repositories)


def reached_rows(registry: RegistrySpec) -> Iterator[tuple[MatrixRow, str]]:
    """Yield what a consumer may reach in *registry*, each with the resource that its own policy names.

    Beside the repositories these are those that ECR makes of creation templates, and those that the registry policy
    speaks of: of caches, and of a namespace.
    """
    for home in registry.registries:
        policies = _Policies(home, registry.settings)
        yield from ((row, row.target.arn) for row in policies.of_repositories(registry.repositories))
        yield from policies.of_templates_and_names()
        yield from policies.of_named_resources()


def deployed_rows(registry: RegistrySpec) -> Iterator[MatrixRow]:
    """Yield the policies of all that the stacks of *registry* hold, as its templates say them.

    Beside the repositories these are the repositories of each destination of replication, and those that ECR makes of
    creation templates.
    """
    yield from declared_rows(registry)
    for received in _destinations(registry):
        yield from _Policies(received.registry, received.settings).of_repositories(received.repositories)
    yield from template_rows(registry)
    homes = [(home, registry.settings, registry.repositories) for home in registry.registries]
    homes += [(each.registry, each.settings, each.repositories) for each in _destinations(registry)]
    for home, settings, specs in homes:
        if not specs and not settings[TEMPLATES]:
            yield from _Policies(home, settings).of_names_to_come()


def template_rows(registry: RegistrySpec) -> Iterator[MatrixRow]:
    """Yield the policies of the repositories that ECR makes of creation templates, here and at destinations."""
    for home in registry.registries:
        yield from _Policies(home, registry.settings).of_templates()
    for received in _destinations(registry):
        yield from _Policies(received.registry, received.settings).of_templates()


def _destinations(registry: RegistrySpec) -> Iterator[Replicas]:
    for destination in registry.replica_registries:
        # Names and rules are the same in every Region of the source: any of them says what its replicas are.
        yield replicas(registry.registries[0], registry.repositories, registry.settings, destination)


class _Policies:
    """The policies of one registry."""

    def __init__(self, home: EcrRegistry, settings: SettingsSpec) -> None:
        self._home, self._settings = home, settings
        self._scope = Scope(settings[ACCOUNT_SETTINGS].registry_policy_scope or Scope.V2)
        whole = registry_policy(settings, home)
        self._registry = read_policy(whole, "the registry policy") if whole else None

    def of_repositories(self, specs: tuple[RepositorySpec, ...]) -> Iterator[MatrixRow]:
        """Yield a row for each repository."""
        for spec in specs:
            yield self._row(str(spec.name), self._own(spec), spec.tags)

    def of_templates(self) -> Iterator[MatrixRow]:
        """Yield a row for the repositories that each creation template is for; other tags may be added to them."""
        return (row for row, _ in self.of_templates_and_names())

    def of_templates_and_names(self) -> Iterator[tuple[MatrixRow, str]]:
        """Yield the same, each with the ARN of all these repositories."""
        for template in self._settings[TEMPLATES]:
            row = self._row(new_repository(template.prefix.text), self._own(template.repository), None)
            yield row, repositories(self._home, template.prefix.namespace)

    def of_named_resources(self) -> Iterator[tuple[MatrixRow, str]]:
        """Yield a row for each resource that the registry policy names."""
        for name, text in named_resources((self._registry,)).items():
            yield self._row(name, None, None), text

    def of_names_to_come(self) -> Iterator[MatrixRow]:
        """Yield a row for each name that the registry policy speaks of."""
        if self._registry:
            yield from (self._row(name, None, None) for name in names_to_come((self._registry,)))

    def _own(self, spec: RepositorySpec) -> Policy | None:
        written = spec.policy(PolicyLocation.of(self._home.region))
        return read_policy(written, str(spec.name)) if written else None

    def _row(self, name: str, own: Policy | None, tags: tuple[tuple[str, str], ...] | None) -> MatrixRow:
        region = self._home.region
        target = TargetRepository(str(self._home.account), str(region), name, str(region.partition), tags)
        return MatrixRow(target, PolicyPair(own, self._registry, self._scope))

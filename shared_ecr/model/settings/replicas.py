"""What a destination of replication gets, so that replicas have the rules of their source.

Replication copies images and no settings. The repositories that are declared are therefore made at the destination as
they are at the source, and stay so when the declaration changes; a creation template does the same once, when ECR makes
a repository that is not declared: one for each namespace of which every replica has the same rules, and one for each
template of the source.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from shared_ecr.model.encryption import at_destination
from shared_ecr.model.filters import ROOT
from shared_ecr.model.names import EcrRegistry, RepositoryName
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.model.settings.creation_templates import TEMPLATES, AppliedFor, CreationTemplate, TemplatePrefix
from shared_ecr.model.settings.notifications import NOTIFICATIONS, at_replicas
from shared_ecr.model.settings.registry_policy import REPLICATION_SOURCES, ReplicationSource
from shared_ecr.model.settings.replication import REPLICATION, Destination, Replication
from shared_ecr.model.settings.scanning import SCANNING
from shared_ecr.model.settings.setting import SettingsSpec
from shared_ecr.records import record, replace

# Names of one level have no namespace, and a template for all names of a registry is not of replicas.
_ANY_NAME = RepositoryName("any")


@record
class Replicas:
    """The repositories and settings of one destination."""

    registry: EcrRegistry
    repositories: tuple[RepositorySpec, ...]
    settings: SettingsSpec


def replicas(
    source: EcrRegistry, repositories: Sequence[RepositorySpec], settings: SettingsSpec, destination: Destination
) -> Replicas:
    """Return what *destination* gets, for replicas of *repositories* that *source* pushes there."""
    replication = settings[REPLICATION] or Replication(())
    copied = tuple(
        replace(spec, encryption=at_destination(spec.encryption))
        for spec in repositories
        if replication.is_copied(spec.name, destination)
    )
    declared = {template.prefix: template for template in _templates(settings, replication, destination)}
    by_namespace = {template.prefix: template for template in _namespaces(copied)}
    is_foreign = destination.account != source.account
    origin = ReplicationSource(source.account, replication.prefixes_to(destination))
    return Replicas(
        destination.registry,
        copied,
        SettingsSpec(
            SCANNING.holding(settings[SCANNING]),
            REPLICATION_SOURCES.holding((origin,) if is_foreign else ()),
            TEMPLATES.holding(tuple((by_namespace | declared).values())),
            NOTIFICATIONS.holding(at_replicas(settings[NOTIFICATIONS])),
        ),
    )


def _templates(
    settings: SettingsSpec, replication: Replication, destination: Destination
) -> Iterator[CreationTemplate]:
    """Yield the source's own templates, for replicas of the repositories that ECR made from them."""
    for template in settings[TEMPLATES]:
        inside = RepositoryName(f"{template.prefix.text}/any")
        if template.prefix.text != ROOT and replication.is_copied(inside, destination):
            spec = replace(template.repository, encryption=at_destination(template.repository.encryption))
            yield replace(
                template,
                applied_for=frozenset({AppliedFor.REPLICATION}),
                repository=spec,
                custom_role=None,
                creators=(),
            )


def _namespaces(specs: Sequence[RepositorySpec]) -> Iterator[CreationTemplate]:
    """Yield a template for each namespace whose repositories differ in nothing but their names."""
    members: dict[str, list[RepositorySpec]] = defaultdict(list)
    for spec in specs:
        namespace, slash, _ = spec.name.text.rpartition("/")
        if slash:
            members[namespace].append(replace(spec, name=_ANY_NAME))
    for namespace, (first, *others) in sorted(members.items()):
        if all(other == first for other in others):
            yield CreationTemplate(
                TemplatePrefix(namespace),
                frozenset({AppliedFor.REPLICATION}),
                first,
                description=f"Replicas under {namespace}/ have the rules of their source"[:256],
            )

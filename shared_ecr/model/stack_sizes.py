"""What each stack of a registry holds, estimated from above, and whether a template can hold it.

CloudFormation takes 500 resources and 1 MB of text in a template, and CDK or AWS refuses more only at a deployment.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

import json
from collections.abc import Iterator

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.builds.buildspecs import buildspec
from shared_ecr.model.builds.projects import build_projects
from shared_ecr.model.ci_roles import ci_role_specs
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.account_settings import called_settings
from shared_ecr.model.settings.creation_templates import TEMPLATES, CreationTemplate
from shared_ecr.model.settings.notifications import NOTIFICATIONS
from shared_ecr.model.settings.pull_through_cache import CACHES
from shared_ecr.model.settings.pull_time_exclusions import PULL_TIME_EXCLUSIONS
from shared_ecr.model.settings.replicas import replicas
from shared_ecr.model.settings.setting import SettingsSpec
from shared_ecr.model.settings.signing import SIGNING
from shared_ecr.model.shards import CHARACTERS_ALONE, sizes
from shared_ecr.records import record
from shared_ecr.text import counted

MAX_RESOURCES = 500
MAX_CHARACTERS = 1_000_000
# A key, scanning, replication, the registry policy, signing and its profiles' configuration, a role of the templates.
_SINGLE = 6
# Rules of events, a topic, its policy and its key.
_NOTIFICATIONS = 12
# A function and its role.
_CALLING = 2
# Measured on templates of this package and rounded up.
_CHARACTERS_OF_SINGLE = 20_000
_CHARACTERS_OF_SETTING = 1_500
_CHARACTERS_OF_BUILD = 6_000


@record
class StackSize:
    """One stack, and what it holds."""

    stack_id: str
    """The id in an app, from which the name of its template comes."""
    path: str
    """What in the declaration makes it large."""
    resources: int
    characters: int
    fix: str

    @property
    def fault(self) -> InvalidValueError | None:
        """Why no template can hold it; None where one can."""
        found = []
        if self.resources > MAX_RESOURCES:
            found.append(f"{self.resources} resources")
        if self.characters > MAX_CHARACTERS:
            found.append(f"{counted(self.characters // 1000, 'kilobyte')} of text")
        if not found:
            return None
        return InvalidValueError(
            f"the stack {self.stack_id} would have about {' and '.join(found)}",
            why=f"CloudFormation takes at most {MAX_RESOURCES} resources and 1 MB of text in a template",
            fix=self.fix,
            code="stack-size",
        )


def stack_sizes(registry: RegistrySpec) -> Iterator[StackSize]:
    """Yield the stacks that hold more than repositories, and those of destinations, CI roles and builds."""
    yield _first(registry)
    yield from _destinations(registry)
    if registry.builds:
        projects = build_projects(registry)
        package = str(registry.builds.package)
        text = sum(len(json.dumps(buildspec(each, package))) + _CHARACTERS_OF_BUILD for each in projects)
        # A project, its role and its log group.
        fix = "Build fewer repositories here; a declaration with another 'stack_name' can build the others"
        stack_id = f"{registry.stack_name}-builds-{registry.builds.account}-{registry.builds.region}"
        yield StackSize(stack_id, "builds.repositories", 3 * len(projects), text, fix)
    for account in registry.ci_roles.accounts if registry.ci_roles else ():
        specs = ci_role_specs(registry, account)
        issuers = {workflow.issuer for spec in specs for workflow in spec.workflows}
        fix = "Name fewer roles in the grants: one role can push to several repositories"
        stack_id = f"{registry.stack_name}-ci-roles-{account}-{registry.regions[0]}"
        yield StackSize(stack_id, "ci_roles", len(specs) + len(issuers), 0, fix)


def _first(registry: RegistrySpec) -> StackSize:
    specs = registry.shard(0)
    count, text = _settings(registry.settings, registry.registries[0])
    public = len(registry.public_repositories)
    # The parameter of a repository is a resource too.
    resources = 2 * len(specs) + public + count
    longest = max(registry.regions, key=lambda region: len(f"{region}{region.partition}"))
    characters = sum(size for _, size in sizes(specs, PolicyLocation.of(longest))) + text
    fix = (
        "Declare fewer creation templates, caches, exclusions or public repositories, or give the repositories more "
        "stacks ('stacks' where nothing is deployed, else 'shared-ecr grow')"
    )
    return StackSize(
        f"{registry.stack_name}-{longest}", "registry", resources, characters + _CHARACTERS_OF_SETTING * public, fix
    )


def _destinations(registry: RegistrySpec) -> Iterator[StackSize]:
    for destination in registry.replica_registries:
        received = replicas(registry.registries[0], registry.repositories, registry.settings, destination)
        count, text = _settings(received.settings, received.registry)
        place = PolicyLocation.of(destination.region)
        # There are no parameters: replicas are found by the name of their source.
        resources = len(received.repositories) + count
        characters = sum(size for _, size in sizes(received.repositories, place, beside=CHARACTERS_ALONE)) + text
        fix = (
            "Replicate fewer repositories there, by 'prefixes', or write 'managed: false' at the destination and give "
            "replicas their rules there by creation templates of your own"
        )
        stack_id = f"{registry.stack_name}-replicas-{destination}"
        yield StackSize(stack_id, "registry.replication", resources, characters, fix)


def _settings(settings: SettingsSpec, home: EcrRegistry) -> tuple[int, int]:
    """Return how many resources and characters *settings* become."""
    templates, signing = settings[TEMPLATES], settings[SIGNING]
    calls = len([*called_settings(settings, home)])
    many = (calls + _CALLING if calls else 0) + (_NOTIFICATIONS if settings[NOTIFICATIONS] else 0)
    many += len(settings[PULL_TIME_EXCLUSIONS]) + (len(signing.rules) if signing else 0)
    # A rule, and the secret or the role with which it reads.
    many += sum(1 + bool(rule.secret or rule.needs_role(home)) for rule in settings[CACHES])
    text = sum(_characters(template, PolicyLocation.of(home.region)) for template in templates)
    return _SINGLE + len(templates) + many, _CHARACTERS_OF_SINGLE + text + _CHARACTERS_OF_SETTING * many


def _characters(template: CreationTemplate, place: PolicyLocation) -> int:
    """Return what a creation template takes, in which the policy is a text."""
    texts = (template.policy_text(place) or "", template.repository.lifecycle_text or "")
    return CHARACTERS_ALONE + sum(len(json.dumps(text)) for text in texts)

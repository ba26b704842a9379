"""What a registry has once, and two resources want: the last deployment wins, until the next one of the other stack."""

from collections import defaultdict
from collections.abc import Iterator

from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import record
from shared_ecr.review.deployments import Deployment, Resource
from shared_ecr.review.findings import ReviewFinding, RuleFinding
from shared_ecr.review.rules.owners import ResourceOwner, conflict
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.review.rules.settings.public import PUBLIC_REPOSITORY
from shared_ecr.review.rules.settings.replication import CALLED_OPERATION

# One for each value of a property.
_NAMED = {
    PUBLIC_REPOSITORY: ("public repository", "RepositoryName"),
    **{each.type: (each.called, each.named_by) for each in TYPES.values() if each.named_by and each.is_of_ecr},
}


@record
class RegistrySingleton:
    """Something of which a registry has one."""

    name: str
    is_called: bool = False
    """Whether a custom resource puts it, beside what CloudFormation has no property for."""


def singletons(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge whatever has two owners in one account and Region."""
    owned = _owned(scene.deployment)
    for name, owners in owned.items():
        for group, severity in conflict(owners):
            first, *others = group
            yield RuleFinding(
                "registry-singleton", severity, f"{len(group)} resources own it in {first.resource.home}",
                "A registry has only one: each owner overwrites what the other deployed, and deleting one owner "
                "removes the setting",
                "Keep it in one stack", tuple(f"owner: {owner}" for owner in group),
            ).about(name, others[-1].resource)  # fmt: skip


def _owned(deployment: Deployment) -> dict[str, list[ResourceOwner]]:
    owned: dict[str, list[ResourceOwner]] = defaultdict(list)
    called: dict[str, list[ResourceOwner]] = defaultdict(list)
    for stack in deployment.stacks:
        for resource in stack.resources:
            singleton = singleton_of(resource)
            if singleton:
                (called if singleton.is_called else owned)[singleton.name].append(ResourceOwner(stack, resource))
    for name, owners in called.items():
        # A call that completes what a resource of the same stack puts has no owner of its own.
        alone = [each for each in owners if all(each.stack is not other.stack for other in owned[name])]
        owned[name] += alone
    return owned


def singleton_of(resource: Resource) -> RegistrySingleton | None:
    """Return what *resource* owns of the registry, or None."""
    row = TYPES.get(resource.type)
    if row and not row.named_by:
        return RegistrySingleton(row.called)
    if resource.type in _NAMED:
        what, key = _NAMED[resource.type]
        value = resource.text(key)
        return RegistrySingleton(f"{what} {value.rstrip('/')}") if value else None
    if resource.type == CALLED_SETTING.type and (name := resource.text("Name")):
        replicates = resource.properties.get("Operation") == CALLED_OPERATION
        whole = REPLICATION_CONFIGURATION.called
        return RegistrySingleton(whole if replicates else f"{CALLED_SETTING.called} {name}", is_called=True)
    return None

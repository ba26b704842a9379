"""What the plan does to the resources of a registry, entry by entry, and what of the registry each of them writes."""

from collections.abc import Iterator

from shared_ecr.model.settings.table import TYPES
from shared_ecr.review.deployments import is_known
from shared_ecr.review.documents.terraform.homes import ProviderHomes
from shared_ecr.review.documents.terraform.resource_types import concerns_a_registry
from shared_ecr.review.documents.terraform.sides import PlanSides
from shared_ecr.review.documents.terraform.values import PlannedResource
from shared_ecr.review.operations import ListedOperation

# What a registry or a repository has once, and the attribute that names the repository.
_WRITTEN: dict[str, tuple[str, str]] = {
    "aws_ecr_lifecycle_policy": ("lifecycle policy", "repository"),
    "aws_ecr_repository_policy": ("repository policy", "repository"),
    "aws_ecrpublic_repository_policy": ("repository policy of the public repository", "repository_name"),
    **{
        each.terraform.type: (each.called, each.terraform_names[each.terraform.type])
        for each in TYPES.values()
        if each.terraform
    },
}


def listed_operations(sides: PlanSides, homes: ProviderHomes) -> Iterator[ListedOperation]:
    """Yield the entries of `resource_changes` that concern a registry."""
    planned = {each.address: each for each in sides.planned}
    for change in sides.changes:
        if concerns_a_registry(change.type):
            yield ListedOperation(
                change.object_address,
                change.type,
                change.planned,
                _written(change.resource_before(), homes),
                _written(change.resource_after(planned.get(change.address)), homes),
                is_deposed=bool(change.deposed),
            )


def _written(resource: PlannedResource | None, homes: ProviderHomes) -> str:
    """Return what *resource* writes, where that can have one owner only, and is known."""
    if resource is None or resource.type not in _WRITTEN:
        return ""
    what, attribute = _WRITTEN[resource.type]
    name = resource.values.get(attribute) if attribute else ""
    if not isinstance(name, str) or not is_known(name):
        return ""
    return f"the {what}{f' of {name}' if name else ''} in {homes.of(resource)}"

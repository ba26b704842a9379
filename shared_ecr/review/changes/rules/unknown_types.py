"""Resources of ECR whose type is not known here, and that change: what is not known is not taken for harmless."""

from collections.abc import Iterator

from shared_ecr.review.changes.differences import unordered
from shared_ecr.review.changes.identity.pairing import LocatedResource
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.findings import ReviewFinding, error
from shared_ecr.review.rules.unknown_types import is_unknown_type


def unknown_types_changed(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Find resources of an unknown type of ECR that are added, changed or removed."""
    old, new = _found(before), _found(after)
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        if was and now and _written(was) == _written(now):
            continue
        held = now or was
        if held:
            verb = "changes" if was and now else "is added" if now else "is removed"
            yield error(
                "resource-not-judged", f"{held.resource.type} is not a type that this review knows, and it {verb}",
                "It can delete images or give access, and no rule of this review checks it",
                "Review it by hand, and acknowledge it",
            ).about(f"<{held.resource.origin.logical_id}>", held.resource)  # fmt: skip


def _found(side: Deployment) -> dict[tuple[str, str, str], LocatedResource]:
    return {
        (stack.name, resource.type, resource.origin.logical_id): LocatedResource(stack, resource)
        for stack in side.stacks
        for resource in stack.resources
        if is_unknown_type(resource)
    }


def _written(each: LocatedResource) -> tuple[str, str]:
    resource = each.resource
    return unordered(dict(resource.properties)), resource.deletion_policy

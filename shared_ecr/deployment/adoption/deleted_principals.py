"""Principals that were deleted: ECR shows their ids, and refuses a policy that names them."""

from collections.abc import Mapping

from shared_ecr.deployment.adoption.access_equality import statements_of
from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.records import replace
from shared_ecr.text.patterns import LazyPattern

_ID = LazyPattern(r"A(?:RO|ID)A[A-Z0-9]{12,}")


def names_deleted(policy: Json) -> bool:
    """Whether a statement of *policy* names a principal that was deleted."""
    return any(_ids(statement) for statement in statements_of(policy))


def without_deleted(policy: Json) -> Json:
    """Return *policy* without the ids of deleted principals; a statement that names no other is left out."""
    if not isinstance(policy, dict) or not names_deleted(policy):
        return policy
    kept: list[Json] = []
    for statement in statements_of(policy):
        ids = _ids(statement)
        principal = statement.get("Principal")
        if not ids or not isinstance(principal, dict):
            kept.append(dict(statement))
            continue
        listed = principal.get("AWS")
        left: list[Json] = [each for each in (listed if isinstance(listed, list) else [listed]) if each not in ids]
        others = {kind: names for kind, names in principal.items() if kind != "AWS"}
        if left or others:
            kept.append({**statement, "Principal": {**others, **({"AWS": left} if left else {})}})
    return {**policy, "Statement": kept} if kept else None


def registry_without_deleted(live: LiveRegistry) -> LiveRegistry:
    """Return *live* as ECR would store it again: its repositories' policies without principals that were deleted."""
    return replace(live, resources=tuple(map(_without, live.resources)))


def _without(resource: LiveResource) -> LiveResource:
    policy = resource.properties.get("RepositoryPolicyText")
    if resource.kind != REPOSITORY or not names_deleted(policy):
        return resource
    return replace(resource, properties={**resource.properties, "RepositoryPolicyText": without_deleted(policy)})


def _ids(statement: Mapping[str, Json]) -> set[str]:
    principal = statement.get("Principal")
    listed = principal.get("AWS") if isinstance(principal, dict) else None
    return {str(each) for each in (listed if isinstance(listed, list) else [listed]) if _ID.fullmatch(str(each))}

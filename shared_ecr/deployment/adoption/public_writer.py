"""Declare public repositories that exist: their texts, their tags, and who else pushes.

A declaration has no word for other statements on a public repository, so one whose policy is not exactly that of its
grants is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from shared_ecr.deployment.adoption.access_equality import canonical, statements_of
from shared_ecr.deployment.adoption.consumer_shapes import consumers_of
from shared_ecr.deployment.adoption.left_out import LeftOut
from shared_ecr.deployment.adoption.properties import Plain
from shared_ecr.deployment.adoption.wanted_resources import WantedResource
from shared_ecr.documents.json_text import Json, as_json
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY, tag_pairs
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.permissions import AccessLevel, Grant, PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.public_repositories import HOME, PUSH_ACTIONS, PublicRepositorySpec

# The name is not part of the policy.
_ANY = RepositoryName("any")
_ACTIONS = frozenset(action.lower() for action in PUSH_ACTIONS)
_TEXTS = (("description", "RepositoryDescription"), ("about", "AboutText"), ("usage", "UsageText"))
_LISTS = (("architectures", "Architectures"), ("operating_systems", "OperatingSystems"))


def public_repositories(
    live: LiveRegistry, stack_names: Sequence[str], left: list[LeftOut]
) -> Iterator[tuple[str, Plain]]:
    """Yield each public repository as it is declared; those that no declaration expresses are added to *left*."""
    for resource in live.of(PUBLIC_REPOSITORY):
        why = _why_not(live, resource, stack_names)
        grants = None if why else _grants(resource.properties.get("RepositoryPolicyText"))
        if grants is None:
            reason = why or "its policy has statements that are not grants, and a declaration cannot express them"
            left.append(LeftOut(called_public(resource.name), reason))
        else:
            yield resource.name, _declared(resource, grants)


def public_resources(registry: RegistrySpec) -> Iterator[WantedResource]:
    """Yield the declared public repositories as resources."""
    for spec in registry.public_repositories:
        properties: dict[str, Json] = {"RepositoryName": spec.name.text}
        if catalog := spec.catalog.wire():
            properties["RepositoryCatalogData"] = as_json(catalog)
        if policy := spec.policy():
            properties["RepositoryPolicyText"] = as_json(policy)
        if spec.tags:
            properties["Tags"] = [{"Key": key, "Value": value} for key, value in spec.tags]
        yield WantedResource(PUBLIC_REPOSITORY, spec.name.text, properties, registry.stack_name)


def called_public(name: str) -> str:
    """Return what a public repository is called in reports."""
    return f"public repository {name}"


def _why_not(live: LiveRegistry, resource: LiveResource, stack_names: Sequence[str]) -> str:
    if resource.owner and resource.owner not in stack_names:
        return f"it belongs to the stack {resource.owner}; release it there first"
    if live.is_unread(resource.name):
        return "a part of it was denied; its content is not known"
    return ""


def _grants(policy: Json) -> list[object] | None:
    """Return who else pushes, as a declaration writes it; None where the policy says more or something else."""
    grants: list[Grant] = []
    written: list[object] = []
    place = PolicyLocation.of(HOME)
    for statement in statements_of(policy):
        if _actions(statement) != _ACTIONS:
            return None
        for proposal in islice(consumers_of(statement, place), 1):
            grants += [Grant(AccessLevel.PUSH, consumer, proposal.narrowing) for consumer, _ in proposal.consumers]
            written += [words for _, words in proposal.consumers]
    made = PublicRepositorySpec(_ANY, grants=tuple(grants)).policy()
    return written if canonical(policy) == canonical(as_json(made)) else None


def _actions(statement: Mapping[str, Json]) -> frozenset[str]:
    held = statement.get("Action")
    return frozenset(str(each).lower() for each in (held if isinstance(held, list) else [held]))


def _declared(resource: LiveResource, grants: list[object]) -> Plain:
    held = resource.properties.get("RepositoryCatalogData")
    catalog = held if isinstance(held, dict) else {}
    written: Plain = {key: str(catalog[property_]) for key, property_ in _TEXTS if catalog.get(property_)}
    for key, property_ in _LISTS:
        words = catalog.get(property_)
        if isinstance(words, list) and words:
            written[key] = [str(each) for each in words]
    if grants:
        written["grants"] = {"push": grants}
    if tags := dict(tag_pairs(resource.properties.get("Tags"))):
        written["tags"] = tags
    return written

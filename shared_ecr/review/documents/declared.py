"""The place in the declaration of each part of a deployment: the line that a person would change."""

from collections.abc import Iterator

from shared_ecr.declaration import Declaration
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node
from shared_ecr.findings.problems import Position
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import replace
from shared_ecr.review.deployments import Deployment, Resource, Stack

# The type, the path of its section, and the property that names one of several.
_SECTIONS: dict[str, tuple[tuple[tuple[str, ...], ...], str]] = {
    "AWS::ECR::Repository": ((("repositories",),), "RepositoryName"),
    "AWS::ECR::PublicRepository": ((("public_repositories",),), "RepositoryName"),
    **{each.type: (tuple(("registry", key) for key in each.keys), each.named_by or "") for each in TYPES.values()},
}


def declared_positions(deployment: Deployment, declaration: Declaration) -> Deployment:
    """Return *deployment* with the place of each repository and setting in *declaration*, where it is declared.

    What is deployed into an account that the declaration says nothing of keeps its own place alone.
    """
    places = _Places(declaration)
    return replace(deployment, stacks=tuple(places.in_stack(stack) for stack in deployment.stacks))


class _Places:
    """The entries of one declaration."""

    def __init__(self, declaration: Declaration) -> None:
        self._document = declaration.document
        registry = declaration.registry
        replicas = (str(each.account) for each in registry.replica_registries)
        self._accounts = {None, str(registry.account), *replicas}
        self._members: dict[tuple[str, ...], dict[str, Position]] = {}

    def in_stack(self, stack: Stack) -> Stack:
        return replace(stack, resources=tuple(self._placed(resource) for resource in stack.resources))

    def _placed(self, resource: Resource) -> Resource:
        sections, name = _SECTIONS.get(resource.type, ((), ""))
        if resource.home.account not in self._accounts:
            return resource
        position = next(self._positions(resource, sections, name), None)
        return replace(resource, origin=replace(resource.origin, declared=position)) if position else resource

    def _positions(self, resource: Resource, sections: tuple[tuple[str, ...], ...], name: str) -> Iterator[Position]:
        for section in sections:
            entry = _entry(self._document, section)
            if entry is None:
                continue
            member = resource.text(name) if name else None
            found = self._member(section, entry, member) if member else None
            if found:
                yield found
            elif resource.type != "AWS::ECR::Repository":
                # A repository that is not declared does not have the place of the whole section.
                yield entry.key.position

    def _member(self, section: tuple[str, ...], entry: MappingEntry, name: str) -> Position | None:
        if section not in self._members:
            entries = entry.value.entries if isinstance(entry.value, Mapping) else ()
            self._members[section] = {each.key.text: each.key.position for each in entries}
        return self._members[section].get(name)


def _entry(document: Node, path: tuple[str, ...]) -> MappingEntry | None:
    """Return the entry at *path*, such as `registry`, `scanning`."""
    entry, node = None, document
    for key in path:
        entries = node.entries if isinstance(node, Mapping) else ()
        entry = next((each for each in entries if each.key.text == key), None)
        if entry is None:
            return None
        node = entry.value
    return entry

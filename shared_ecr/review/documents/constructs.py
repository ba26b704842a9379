"""What an assembly shows of its constructs: the path of each resource, and what is acknowledged at it.

CDK writes both into the metadata of a stack's artifact, or into a file that the artifact names; the paths stand in
`tree.json` too.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from shared_ecr.documents.json_text import Json
from shared_ecr.records import record
from shared_ecr.review.documents.acknowledgements import in_construct
from shared_ecr.review.documents.stack_context import Constructs
from shared_ecr.text.patterns import LazyPattern

_LOGICAL_ID, _ACKNOWLEDGED = "aws:cdk:logicalId", "aws:cdk:acknowledged-rules"
_LOGICAL_ID_IN_TREE = "aws:cdk:cloudformation:logicalId"
# The resource of a nested stack is beside the construct that holds what is in it.
_NESTED = LazyPattern(r"(?P<parent>.*?)(?P<id>[^/]+)\.NestedStack/(?P=id)\.NestedStackResource")


@record
class ConstructTable:
    """The constructs of one stack and of the stacks nested in it."""

    logical_ids: Sequence[tuple[str, str]]
    """Path and logical id; ids of one template are unique, those of nested ones may be the same."""
    acknowledged: Mapping[str, Mapping[str, Json]]

    def of_stack(self) -> Constructs:
        """Return the constructs of the stack itself."""
        return self._within("")

    def of_nested(self, path: str) -> Constructs:
        """Return the constructs of the nested stack whose resource has the construct *path*."""
        prefix = _nested_prefix(path)
        return self._within(prefix) if prefix else Constructs()

    def _within(self, prefix: str) -> Constructs:
        nested = [found for path, _ in self.logical_ids if (found := _nested_prefix(path)) and found != prefix]
        deeper = tuple(f"{each}/" for each in nested if each.startswith(f"{prefix}/" if prefix else ""))
        paths = {
            logical_id: path for path, logical_id in self.logical_ids
            if path.startswith(f"{prefix}/" if prefix else "") and not path.startswith(deeper)
        }  # fmt: skip
        return Constructs(paths, {logical_id: tuple(self._reasons(path)) for logical_id, path in paths.items()})

    def _reasons(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield what is acknowledged at the construct or above it; the nearest reason for each code."""
        if not self.acknowledged:
            return
        parts = path.split("/")
        found: dict[str, str] = {}
        for depth in range(1, len(parts) + 1):
            found |= dict(in_construct(self.acknowledged.get("/".join(parts[:depth]), {})))
        yield from found.items()


def from_metadata(metadata: Json) -> ConstructTable:
    """Read the metadata of a stack's artifact: entries by the path of their construct."""
    logical_ids: list[tuple[str, str]] = []
    acknowledged: defaultdict[str, dict[str, Json]] = defaultdict(dict)
    for path, entries in metadata.items() if isinstance(metadata, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            match entry:
                case {"type": str() as kind, "data": str() as logical_id} if kind == _LOGICAL_ID:
                    logical_ids.append((path.strip("/"), logical_id))
                case {"type": str() as kind, "data": dict() as rules} if kind == _ACKNOWLEDGED:
                    acknowledged[path.strip("/")] |= rules
                case _:
                    continue
    return ConstructTable(logical_ids, acknowledged)


def from_tree(tree: Json, stack: str) -> ConstructTable:
    """Read `tree.json` as far as it is about the construct *stack*."""
    root = tree.get("tree") if isinstance(tree, dict) else None
    found = []
    below = [root]
    while below:
        node = below.pop()
        if not isinstance(node, dict):
            continue
        children, attributes, path = node.get("children"), node.get("attributes"), node.get("path")
        below += children.values() if isinstance(children, dict) else ()
        logical_id = attributes.get(_LOGICAL_ID_IN_TREE) if isinstance(attributes, dict) else None
        if isinstance(path, str) and isinstance(logical_id, str) and path.startswith(f"{stack}/"):
            found.append((path, logical_id))
    return ConstructTable(found, {})


def _nested_prefix(path: str) -> str:
    match = _NESTED.fullmatch(path)
    return f"{match['parent']}{match['id']}" if match else ""

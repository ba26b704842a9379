"""How defaults enter a repository: lists replace, mappings merge, `null` clears.

Nodes merge rather than values, so that every value keeps the place it was written at: a fault in a default is
reported once, where it is.
"""

from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar


def merged(defaults: Node | None, own: Node) -> Node:
    """Return *own* completed by *defaults*."""
    if not isinstance(defaults, Mapping) or not isinstance(own, Mapping):
        return own
    entries = {entry.key.text: entry for entry in defaults.entries}
    for entry in own.entries:
        key = entry.key.text
        if _is_null(entry.value):
            entries.pop(key, None)
        elif key in entries:
            entries[key] = MappingEntry(entry.key, merged(entries[key].value, entry.value))
        else:
            entries[key] = entry
    return Mapping(own.position, tuple(entries.values()))


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None

"""The resolved properties of one repository, and where each value was written."""

import json
from collections.abc import Iterator

from shared_ecr.declaration.profiles import completed, read_inherited
from shared_ecr.declaration.properties import PROPERTIES
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar, Sequence
from shared_ecr.findings.problems import Position
from shared_ecr.model.lifecycle import DEFAULT_POLICY
from shared_ecr.records import record

PACKAGE = "default of the package"
_NOWHERE = Position(0, 0, PACKAGE)
# What `read_properties` makes of a property that no one wrote, as one would write it.
_DEFAULTS: dict[str, object] = {
    "grants": {},
    "lifecycle": json.loads(DEFAULT_POLICY.text()),
    "tag_mutability": "immutable",
    "scan_on_push": True,
    "encryption": "kms",
    "tags": {},
    "on_removal": "retain",
    "perimeter": None,
    "statements": [],
}


@record
class Resolved:
    """One repository as it must be: its properties, each with the place it comes from."""

    name: str
    properties: Mapping

    def origins(self) -> dict[str, str]:
        """Return where each value was written, by its path: `FILE:LINE`, or that the package has it so."""
        return dict(_origins(self.properties, ""))

    def values(self) -> dict[str, object]:
        """Return the properties as plain data."""
        return {key: _plain(node) for key, node in self.properties}


def resolved(document: Node, file: str, name: str) -> Resolved | None:
    """Resolve the repository *name* of *document*, which has no faults; None where it is not declared."""
    repositories = document.get("repositories") if isinstance(document, Mapping) else None
    own = repositories.get(name) if isinstance(repositories, Mapping) else None
    if not isinstance(own, Mapping) or not isinstance(document, Mapping):
        return None
    reading = Reading(file)
    inherited = read_inherited(reading, document.get("defaults"), document.get("profiles"))
    written = completed(reading, inherited, own, join("repositories", name))
    # Not merged: a lifecycle that was written is the whole of it, and so is an encryption.
    known = {key: written.get(key) or _node(_DEFAULTS[key]) for key in PROPERTIES}
    return Resolved(name, Mapping(own.position, tuple(MappingEntry(_key(key), node) for key, node in known.items())))


def origin(position: Position) -> str:
    """Name the place of a value."""
    return PACKAGE if position == _NOWHERE else f"{position.file}:{position.line}"


def _origins(node: Node, path: str) -> Iterator[tuple[str, str]]:
    match node:
        case Mapping(_, entries) if entries:
            for entry in entries:
                yield from _origins(entry.value, join(path, entry.key.text))
        case Sequence(_, items) if items:
            for index, item in enumerate(items):
                yield from _origins(item, f"{path}[{index}]")
        case _:
            yield path, origin(node.position)


def _plain(node: Node) -> object:
    match node:
        case Scalar():
            # Twelve digits without quotes are an account, which cannot be written as a number.
            return node.text if _is_account(node) else node.value
        case Sequence(_, items):
            return [_plain(item) for item in items]
        case Mapping():
            return {key: _plain(value) for key, value in node}


def _is_account(node: Scalar) -> bool:
    return isinstance(node.value, int) and len(node.text) == len("111111111111") and node.text.isdigit()


def _node(value: object) -> Node:
    match value:
        case dict():
            return Mapping(_NOWHERE, tuple(MappingEntry(_key(str(key)), _node(each)) for key, each in value.items()))
        case list():
            return Sequence(_NOWHERE, tuple(_node(each) for each in value))
        case bool() | int() | str() | None:
            return Scalar(_NOWHERE, str(value), value, plain=False)
        case _:
            raise TypeError(value)


def _key(text: str) -> Scalar:
    return Scalar(_NOWHERE, text, text, plain=True)

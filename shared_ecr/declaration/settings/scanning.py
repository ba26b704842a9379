"""Read what the registry scans images for, and when."""

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.settings.settings_context import read_items
from shared_ecr.documents.nodes import Mapping, Node, Scalar
from shared_ecr.model.settings.scanning import (
    DEFAULT_SCANNING,
    MAX_FILTERS,
    ScanFilter,
    ScanFrequency,
    Scanning,
    ScanRule,
    ScanType,
)

_TYPES = {str(each).lower(): each for each in ScanType}
_FREQUENCIES = {str(each).lower(): each for each in ScanFrequency}


def read_scanning(reading: Reading, node: Node | None, path: str) -> Scanning | None:
    """Read `basic`, `enhanced`, a mapping of a type and its rules, or null for hands off."""
    if node is None:
        return DEFAULT_SCANNING
    if isinstance(node, Scalar) and node.value is None:
        return None
    if not isinstance(node, Mapping):
        word = reading.choice(node, path, _TYPES, "scanning")
        return Scanning.on_every_push(_TYPES[word]) if word else None
    fields = reading.mapping(node, path, ("type", *_FREQUENCIES), required=("type",))
    type_node = fields.get("type") if fields else None
    word = reading.choice(type_node, join(path, "type"), _TYPES, "scanning") if type_node else None
    rules = tuple(
        ScanRule(frequency, _filters(reading, written, join(path, key)))
        for key, frequency in _FREQUENCIES.items()
        if (written := node.get(key)) is not None
    )
    if word is None:
        return None
    type_ = _TYPES[word]
    place = node.get("continuous_scan") or node
    return reading.attempt(place, path, lambda: Scanning(type_, rules))


def _filters(reading: Reading, node: Node, path: str) -> tuple[ScanFilter, ...]:
    return read_items(reading, node, path, ScanFilter.parse, of="filters", at_most=MAX_FILTERS, code="scanning-filter")

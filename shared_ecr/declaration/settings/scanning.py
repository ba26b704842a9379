"""Read what the registry scans images for, and when."""

from collections.abc import Iterable

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.schema.pieces import Schema, array, closed, either, text, word
from shared_ecr.declaration.settings.declared_setting import DeclaredSetting
from shared_ecr.declaration.settings.settings_context import SettingsContext, read_items
from shared_ecr.documents.nodes import Mapping, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.filters import scanning_filter_matches
from shared_ecr.model.settings.scanning import (
    MAX_FILTERS,
    SCANNING,
    ScanFilter,
    ScanFrequency,
    Scanning,
    ScanRule,
    ScanType,
)

_TYPES = {str(each).lower(): each for each in ScanType}
_FREQUENCIES = {str(each).lower(): each for each in ScanFrequency}


def _read(reading: Reading, node: Node, path: str, _: SettingsContext) -> Scanning | None:
    """Read `basic`, `enhanced`, a mapping of a type and its rules, or null for hands off."""
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


def warn_of_unscanned(
    reading: Reading, scanning: Scanning | None, places: Iterable[tuple[str, str, Node | None]]
) -> None:
    """Warn of a `scan_on_push: false` that enhanced scanning does not heed.

    Args:
        reading: takes the warnings.
        scanning: what the registry scans; None where the declaration leaves it alone.
        places: the name of each repository, or a name in the place of those of the defaults; the path; the properties.
    """
    if scanning is None or scanning.type is not ScanType.ENHANCED:
        return
    for name, path, properties in places:
        node = properties.get("scan_on_push") if isinstance(properties, Mapping) else None
        if isinstance(node, Scalar) and node.value is False and _is_scanned(scanning, name):
            fault = InvalidValueError(
                "scan_on_push: false has no effect under enhanced scanning",
                why="Amazon Inspector scans the repositories that the registry's scanning rules cover, whatever a "
                "repository says",
                fix="Remove it, or exclude the repository from the rules under 'registry: scanning'",
                code="scanning-ignored",
            )
            reading.warn(node, join(path, "scan_on_push"), fault)


def _is_scanned(scanning: Scanning, name: str) -> bool:
    filters = (each.text for rule in scanning.rules for each in rule.filters)
    return any(scanning_filter_matches(text, name) for text in filters)


def _schema() -> Schema:
    types = [str(each).lower() for each in ScanType]
    filters = {**array(text("A name with '*' for any characters, or a part of one")), "maxItems": MAX_FILTERS}
    rules = closed({"type": word(*types), "scan_on_push": filters, "continuous_scan": filters}, required=["type"])
    about = "What images are scanned for, and when (default: every image, when it is pushed)"
    hands_off: Schema = {"type": "null", "description": "Do not change the registry's own configuration"}
    return either(word(*types), rules, hands_off, description=about)


DECLARED_SCANNING = DeclaredSetting(SCANNING, _read, _schema)

"""Read what is beside the kind of a consumer: the endpoint it comes through, the tags it must have."""

from functools import partial

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.principals import EVERYWHERE, Narrowing
from shared_ecr.model.principals.narrowings import parse_endpoint, parse_tag_key, parse_tag_value

NARROWING_KEYS = ("through", "where")


def read_narrowing(reading: Reading, node: Mapping, path: str) -> Narrowing | None:
    """Read `through` and `where` of *node*; None where there was a fault."""
    through, where = (node.get(key) for key in NARROWING_KEYS)
    if through is None and where is None:
        return EVERYWHERE
    endpoints = _read_endpoints(reading, through, join(path, "through")) if through else ()
    tags = _read_tags(reading, where, join(path, "where")) if where else ()
    return None if endpoints is None or tags is None else Narrowing.of(endpoints, tags)


def _read_endpoints(reading: Reading, node: Node, path: str) -> tuple[str, ...] | None:
    items = _one_or_several(reading, node, path)
    read = [reading.parsed(item, item_path, parse_endpoint) for item, item_path in items]
    return tuple(each for each in read if each) if read and all(read) else None


def _read_tags(reading: Reading, node: Node, path: str) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    fields = reading.mapping(node, path, ("principal_tag",), required=("principal_tag",))
    wanted = fields.get("principal_tag") if fields else None
    if wanted is None:
        return None
    path = join(path, "principal_tag")
    if not isinstance(wanted, Mapping):
        reading.expected(wanted, path, "a mapping of keys to values", "type-mapping")
        return None
    if not wanted.entries:
        reading.note(wanted, path, InvalidValueError("no tag is named", fix="Remove 'where'", code="narrowing-empty"))
        return None
    read: list[tuple[str, tuple[str, ...]]] = []
    for entry in wanted.entries:
        entry_path = join(path, entry.key.text)
        key = reading.attempt(entry.key, entry_path, partial(parse_tag_key, entry.key.text))
        values = [
            _read_tag_value(reading, item, item_path)
            for item, item_path in _one_or_several(reading, entry.value, entry_path)
        ]
        if key and values and all(values):
            read.append((key, tuple(value for value in values if value)))
    return tuple(read) if len(read) == len(wanted.entries) else None


def _read_tag_value(reading: Reading, node: Node, path: str) -> str | None:
    """Read one value; a number may be written without quotes where no reader can change it."""
    if isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool):
        if str(node.value) == node.text:
            return node.text
        fault = InvalidValueError(
            f"{node.text} is not quoted: it reads as the number {node.value}",
            fix=f"Quote it: '{node.text}'",
            code="tag-number",
        )
        reading.note(node, path, fault)
        return None
    return reading.parsed(node, path, parse_tag_value)


def _one_or_several(reading: Reading, node: Node, path: str) -> list[tuple[Node, str]]:
    """Return *node*, or its items where it is a list; note a list without any."""
    if not isinstance(node, Sequence):
        return [(node, path)]
    if not node.items:
        fault = InvalidValueError("the list is empty, so it matches no principal", code="narrowing-empty")
        reading.note(node, path, fault)
    return list(reading.items(node, path))

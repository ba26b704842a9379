"""Read repositories: their names, and their properties after the defaults have entered."""

import re
from functools import partial

from shared_ecr.declaration.grants import Neighbours
from shared_ecr.declaration.merging import merged
from shared_ecr.declaration.nodes import Entry, Mapping, Node, Scalar
from shared_ecr.declaration.properties import PROPERTIES, read_properties
from shared_ecr.declaration.reading import Reading, join
from shared_ecr.errors import InvalidValueError
from shared_ecr.names import RepositoryName
from shared_ecr.repositories import RepositorySpec
from shared_ecr.text import quoted

_BOOTSTRAP = re.compile(r"cdk-[a-z0-9]+-container-assets-.+")
# Properties are read for their faults also where there is no name to build a repository with.
_NAMELESS = RepositoryName("nameless")


def read_defaults(reading: Reading, node: Node, neighbours: Neighbours) -> None:
    """Note the faults of the defaults where they stand, before every repository meets them again."""
    fields = reading.mapping(node, "defaults", PROPERTIES)
    if fields:
        read_properties(reading, fields, "defaults", neighbours, _NAMELESS)


def read_repositories(
    reading: Reading, node: Node, defaults: Node | None, neighbours: Neighbours
) -> list[tuple[Entry, RepositorySpec]]:
    """Read every repository; the entries come along, so that later faults find their place."""
    if not isinstance(node, Mapping):
        fix = "Write each as 'NAME: {}'; none at all is 'repositories: {}'"
        reading.expected(node, "repositories", "a mapping of names to properties", "type-mapping", fix)
        return []
    lines = {entry.key.text: entry.key.position.line for entry in node.entries}
    read = []
    for entry in node.entries:
        path = join("repositories", entry.key.text)
        name = reading.attempt(entry.key, path, partial(_name, entry.key.text, lines))
        fields = _own_properties(reading, entry.value, path)
        if fields:
            complete = merged(defaults, fields)
            assert isinstance(complete, Mapping)  # noqa: S101 — a mapping merges into a mapping
            spec = read_properties(reading, complete, path, neighbours, name or _NAMELESS)
            read += [(entry, spec)] if name else []
    return read


def _own_properties(reading: Reading, node: Node, path: str) -> Mapping | None:
    if isinstance(node, Scalar) and node.value is None:
        reading.expected(node, path, "a mapping", "type-mapping", "Write '{}' where the defaults say it all")
        return None
    return reading.mapping(node, path, PROPERTIES)


def _name(text: str, lines: dict[str, int]) -> RepositoryName:
    """Parse a name; refuse what the API accepts and nobody should rely on, and the bootstrap stack's own."""
    try:
        name = RepositoryName.parse(text)
    except InvalidValueError as fault:
        twin = lines.get(text.lower())
        if twin is None or text == text.lower():
            raise
        why = f"{fault.why}. In lower case it is the repository of line {twin}"
        raise InvalidValueError(fault.what, why=why, fix=fault.fix, code=fault.code) from None
    if name.doubles_a_separator:
        raise InvalidValueError(
            f"the repository name {quoted(text)} doubles a separator",
            why="The API accepts '--' and '__'; the user guide and CDK's own construct do not",
            fix="Write a single separator",
            code="name-double",
        )
    if _BOOTSTRAP.fullmatch(text):
        raise InvalidValueError(
            f"{quoted(text)} belongs to the CDK bootstrap stack",
            fix="Leave it to 'cdk bootstrap'",
            code="name-reserved",
        )
    return name

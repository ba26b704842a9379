"""Read repositories: their names, and their properties after the defaults have entered."""

from collections.abc import Collection
from functools import partial

from shared_ecr.declaration.grants import ConsumerContext
from shared_ecr.declaration.intended import known_key
from shared_ecr.declaration.nulls import warn_of_nulls
from shared_ecr.declaration.pasted_policy import PASTED_POLICY
from shared_ecr.declaration.profiles import KEY as PROFILE
from shared_ecr.declaration.profiles import InheritedDefaults, completed
from shared_ecr.declaration.properties import PROPERTIES, read_properties
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import Position
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.names.bootstrap import is_assets_repository
from shared_ecr.model.names.repository import GRAMMAR
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.text import quoted

# Properties are read for their faults also where there is no name to build a repository with.
_NAMELESS = RepositoryName("nameless")


def judge_inherited(
    reading: Reading, defaults: Node | None, inherited: InheritedDefaults, neighbours: ConsumerContext
) -> None:
    """Note the faults of defaults and profiles where they are written, before every repository meets them again."""
    fields = (
        reading.mapping(defaults, "defaults", PROPERTIES, noted_elsewhere=(PASTED_POLICY,))
        if defaults is not None
        else None
    )
    if fields:
        warn_of_nulls(reading, fields, "defaults")
        read_properties(reading, fields, "defaults", neighbours, _NAMELESS)
    for name, profile in inherited.profiles.items():
        path = join("profiles", name)
        reading.mapping(profile, path, PROPERTIES, noted_elsewhere=(PASTED_POLICY,))
        read_properties(reading, inherited.of((name,)), path, neighbours, _NAMELESS)


def repositories_outside(document: Node) -> tuple[str, ...]:
    """Return the names that are beside an empty `repositories` and not below it: their indentation was forgotten."""
    written = document.get("repositories") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(written, Scalar) or written.value is not None:
        return ()
    return tuple(each.key.text for each in document.entries if "/" in each.key.text)


def read_repositories(
    reading: Reading,
    node: Node,
    inherited: InheritedDefaults,
    neighbours: ConsumerContext,
    outside: tuple[str, ...] = (),
) -> list[tuple[MappingEntry, RepositorySpec]]:
    """Read every repository; the entries come along, so that later faults find their place.

    *outside* are names beside an empty node, as `repositories_outside` returns them.
    """
    if not isinstance(node, Mapping):
        fix = "Write each repository as 'NAME: {}'; for no repository, write 'repositories: {}'"
        if outside:
            fix = f"Indent {quoted(outside[0])}, and all that belongs to it, by two spaces"
        reading.expected(node, "repositories", "a mapping of names to properties", "type-mapping", fix)
        return []
    places = {entry.key.text: entry.key.position for entry in node.entries}
    read = []
    for entry in node.entries:
        path = join("repositories", entry.key.text)
        name = reading.attempt(entry.key, path, partial(_name, entry.key, places))
        if name and name.doubles_a_separator:
            reading.note(entry.key, path, _doubled(name))
        fields = _own_properties(reading, entry.value, path)
        if fields:
            complete = completed(reading, inherited, fields, path)
            spec = read_properties(reading, complete, path, neighbours, name or _NAMELESS)
            read += [(entry, spec)] if name else []
    return read


def _own_properties(reading: Reading, node: Node, path: str) -> Mapping | None:
    if isinstance(node, Scalar) and node.value is None:
        reading.expected(
            node, path, "a mapping", "type-mapping", "Write '{}' for a repository that only has the defaults"
        )
        return None
    known = (*PROPERTIES, PROFILE, PASTED_POLICY)
    if isinstance(node, Mapping) and node.entries and all(_is_nested(entry, known) for entry in node.entries):
        name = path.removeprefix("repositories.")
        first = node.entries[0].key.text
        fault = InvalidValueError(
            f"{quoted(name)} has no properties: its keys look like names of repositories",
            why="The key of a repository is its whole name",
            fix=f"Write '{name}/{first}: {{}}' below 'repositories', and the others alike",
            code="unknown-key",
        )
        reading.note(node.entries[0].key, path, fault)
        return None
    return reading.mapping(node, path, (*PROPERTIES, PROFILE), noted_elsewhere=(PASTED_POLICY,))


def _is_nested(entry: MappingEntry, known: Collection[str]) -> bool:
    """Whether *entry* is a repository in a folder of them: `team: {app: {}}` for `team/app: {}`."""
    value, key = entry.value, entry.key.text
    properties = isinstance(value, Mapping) and all(each.key.text in known for each in value.entries)
    return properties and known_key(key, known) is None and GRAMMAR.fullmatch(key) is not None


def _name(key: Scalar, places: dict[str, Position]) -> RepositoryName:
    """Parse a name; refuse the bootstrap stack's own."""
    text = key.text
    try:
        name = RepositoryName.parse(text)
    except InvalidValueError as fault:
        twin = places.get(text.lower())
        if twin is None or text == text.lower():
            raise
        where = f"line {twin.line}" if twin.file == key.position.file else f"{twin.file}:{twin.line}"
        why = f"{fault.why}. In lower case it is the repository of {where}"
        raise InvalidValueError(fault.what, why=why, fix=fault.fix, code=fault.code) from None
    if is_assets_repository(text):
        raise InvalidValueError(
            f"{quoted(text)} belongs to the CDK bootstrap stack",
            fix="Leave it to 'cdk bootstrap'",
            code="name-reserved",
        )
    return name


def _doubled(name: RepositoryName) -> InvalidValueError:
    """Say what the API accepts and no one should rely on; anyone who ignores it gets the name as it is."""
    return InvalidValueError(
        f"the repository name {quoted(name.text)} doubles a separator",
        why="The API accepts '--' and '__'; the user guide and CDK's own construct do not",
        fix="Write a single separator",
        code="name-double",
    )

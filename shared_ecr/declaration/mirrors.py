"""Read the images of other registries that are kept in declared repositories."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TypeVar

from shared_ecr.declaration.mirror_conflicts import Item, judge_mirror, refuse_contradictions
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping as Fields
from shared_ecr.documents.nodes import Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.mirrors import Mirror, TagPattern, UpstreamRepository, WantedImages, parse_wanted
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.names.platforms import Platform
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.text import did_you_mean, quoted

KEY = "mirrors"
_REQUIRED = ("from", "to", "tags")
KEYS = (*_REQUIRED, "exclude", "newest", "platforms")
T = TypeVar("T")
Repositories = Mapping[str, RepositorySpec]


def read_mirrors(
    reading: Reading, node: Node | None, repositories: Repositories, registries: Collection[EcrRegistry]
) -> tuple[Mirror, ...]:
    """Read the list *node*; *repositories* are the declared ones by name, *registries* where they will be."""
    read: list[Mirror] = []
    taken: dict[tuple[str, WantedImages], str] = {}
    for item, path in reading.items(node, KEY) if node is not None else ():
        fields = reading.mapping(item, path, KEYS, _REQUIRED)
        if fields is None:
            continue
        source, target = _read_ends(reading, fields, path, repositories, registries)
        images = _Images(reading, fields, path)
        if source and target:
            judge_mirror(reading, images.wanted, target, path, taken, is_bounded=images.newest is not None)
        if source and target and images.wanted:
            read.append(images.mirror(source, target))
    return tuple(read)


def _read_ends(
    reading: Reading, fields: Fields, path: str, repositories: Repositories, registries: Collection[EcrRegistry]
) -> tuple[UpstreamRepository | None, RepositorySpec | None]:
    """Read from where, and into which declared repository."""
    there, here = fields.get("from"), fields.get("to")
    source = reading.parsed(there, join(path, "from"), UpstreamRepository.parse) if there else None
    target = reading.parsed(here, join(path, "to"), partial(_declared, repositories)) if here else None
    own_hosts = {home.host for home in registries}
    if there and source and target and source.host in own_hosts and source.path == target.name.text:
        fault = InvalidValueError(f"{quoted(source.path)} would mirror itself", code="mirror-source")
        reading.note(there, join(path, "from"), fault)
    return source, target


class _Images:
    """Which images one mirror means, read from its *fields*."""

    def __init__(self, reading: Reading, fields: Fields, path: str) -> None:
        tags = fields.get("tags")
        self.wanted = _items(reading, tags, join(path, "tags"), parse_wanted)
        if isinstance(tags, Sequence) and not tags.items:
            fault = InvalidValueError("no tag is named", fix="Write at least one tag or pattern", code="mirror-tag")
            reading.note(tags, join(path, "tags"), fault)
        self.exclude = _items(reading, fields.get("exclude"), join(path, "exclude"), TagPattern.parse)
        self.platforms = _items(reading, fields.get("platforms"), join(path, "platforms"), Platform.parse)
        newest = fields.get("newest")
        self.newest = _newest(reading, newest, join(path, "newest")) if newest is not None else None
        refuse_contradictions(reading, self.wanted, self.exclude, newest, path)

    def mirror(self, source: UpstreamRepository, target: RepositorySpec) -> Mirror:
        """Put it together; faults among the parts have been noted, and then nothing is built of it."""
        wanted, exclude, platforms = _values(self.wanted), _values(self.exclude), _values(self.platforms)
        return Mirror(source, target.name, wanted, exclude, self.newest, platforms)


def _declared(repositories: Repositories, text: str) -> RepositorySpec:
    if text not in repositories:
        raise InvalidValueError(
            f"no repository is called {quoted(text)}",
            why="A mirror copies into a declared repository",
            fix=did_you_mean(text, repositories) or "Declare it under 'repositories', or name one that is",
            code="mirror-target",
        )
    return repositories[text]


def _items(reading: Reading, node: Node | None, path: str, parse: Callable[[str], T]) -> list[Item[T]]:
    """Read a list of texts with their places; note those that are in it twice."""
    read: list[Item[T]] = []
    for item, item_path in reading.items(node, path) if node is not None else ():
        value = _parsed(reading, item, item_path, parse)
        if value is not None and any(value == other for _, _, other in read):
            what = f"{quoted(str(value))} is written twice"
            reading.note(item, item_path, InvalidValueError(what, fix="Remove one", code="mirror-duplicate"))
        elif value is not None:
            read.append((item, item_path, value))
    return read


def _values(items: list[Item[T]]) -> tuple[T, ...]:
    return tuple(value for _, _, value in items)


def _parsed(reading: Reading, node: Node, path: str, parse: Callable[[str], T]) -> T | None:
    """Parse a text; a tag such as 1.27 may be written without quotes where no reader can change it, 1.10 may not."""
    is_number = isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
    if not isinstance(node, Scalar) or not is_number:
        return reading.parsed(node, path, parse)
    if str(node.value) != node.text:
        what = f"{node.text} is not quoted: it reads as the number {node.value}"
        reading.note(node, path, InvalidValueError(what, fix=f"Quote it: '{node.text}'", code="tag-number"))
        return None
    return reading.attempt(node, path, lambda: parse(node.text))


def _newest(reading: Reading, node: Node, path: str) -> int | None:
    number = reading.whole_number(node, path, "tags")
    if number is not None and number < 1:
        reading.note(node, path, InvalidValueError(f"'newest: {number}' selects no tag", code="mirror-newest"))
        return None
    return number

"""Read the builds of repositories, each of one source."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping as Fields
from shared_ecr.documents.nodes import Node, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.builds.image_builds import ComputeSize, ImageBuild
from shared_ecr.model.builds.paths import SourcePath
from shared_ecr.model.builds.platforms import build_platform
from shared_ecr.model.builds.refs import RefKind, RefPattern
from shared_ecr.model.builds.sources import GitSource, SourceConnection
from shared_ecr.model.names import AccountId, Region, RepositoryName
from shared_ecr.model.names.platforms import Platform
from shared_ecr.records import record
from shared_ecr.text import did_you_mean, quoted

BUILD_KEYS = ("source", "connection", "branches", "tags", "dockerfile", "context", "platforms", "compute")
_DEFAULT_PLATFORM = "linux/amd64"
T = TypeVar("T")


@record
class BuildPlace:
    """Where the projects are, as far as that could be read: connections are compared with it."""

    reading: Reading
    account: AccountId | None
    region: Region | None

    def connection(self, node: Node | None, path: str) -> SourceConnection | None:
        """Read a connection of this account and Region."""
        read = self.reading.parsed(node, path, SourceConnection.parse) if node is not None else None
        if node is None or read is None or self.account is None or self.region is None:
            return read
        fault = read.fault_in(self.account, self.region)
        if fault:
            self.reading.note(node, path, fault)
        return read


@record
class BuildDefaults:
    """What every build begins with."""

    place: BuildPlace
    names_connection: bool
    connection: SourceConnection | None
    """None where none is named, or where it has a fault."""


def read_image_builds(
    node: Node, path: str, repositories: tuple[RepositoryName, ...], defaults: BuildDefaults
) -> tuple[ImageBuild, ...]:
    """Read the builds by the names of their repositories, which are among *repositories*."""
    reading = defaults.place.reading
    if not isinstance(node, Fields):
        reading.expected(node, path, "a mapping of the repositories that are built", "type-mapping")
        return ()
    if not node.entries:
        fault = InvalidValueError("no repository is named", fix="Name one, or remove 'builds'", code="build-repository")
        reading.note(node, path, fault)
    known = {name.text: name for name in repositories}
    found = []
    for entry in node.entries:
        here = join(path, entry.key.text)
        name = known.get(entry.key.text)
        if name is None:
            fault = InvalidValueError(
                f"{quoted(entry.key.text)} is not declared under 'repositories'",
                why="A build needs a repository to push to",
                fix=did_you_mean(entry.key.text, known) or "Declare it, or remove the build",
                code="build-repository",
            )
            reading.note(entry.key, here, fault)
        build = _BuildReading(reading, here, defaults).build(entry.value, name)
        found += [build] if build else []
    return tuple(found)


@record
class _BuildReading:
    """Reads one build; every fault of it is noted, whatever else is wrong."""

    reading: Reading
    path: str
    defaults: BuildDefaults

    def build(self, node: Node, name: RepositoryName | None) -> ImageBuild | None:
        """Return the build, or None where a fault leaves nothing to build."""
        fields = self.reading.mapping(node, self.path, BUILD_KEYS, required=("source",))
        if fields is None:
            return None
        nodes = dict(fields)
        source = self._one(nodes, "source", GitSource.parse)
        connection = self._connection(node, nodes)
        refs = self._refs(node, nodes)
        dockerfile = self._one(nodes, "dockerfile", SourcePath.parse, SourcePath("Dockerfile"))
        context = self._one(nodes, "context", SourcePath.parse, SourcePath("."))
        platforms = self._platforms(nodes)
        compute = self._compute(nodes.get("compute"))
        if not (name and source and connection and refs and dockerfile and context and platforms and compute):
            return None
        return ImageBuild(name, source, connection, refs, platforms, dockerfile, context, compute)

    def _connection(self, node: Node, nodes: Mapping[str, Node]) -> SourceConnection | None:
        if "connection" in nodes:
            return self.defaults.place.connection(nodes["connection"], join(self.path, "connection"))
        if not self.defaults.names_connection:
            missing = InvalidValueError(
                "no connection is named",
                why="CodeBuild reads the source, and is notified of pushes, through a CodeConnection",
                fix="Write its ARN under 'connection', here or for all builds under 'builds'",
                code="build-connection",
            )
            self.reading.note(node, self.path, missing)
        return self.defaults.connection

    def _one(
        self, nodes: Mapping[str, Node], key: str, parse: Callable[[str], T], default: T | None = None
    ) -> T | None:
        return self.reading.parsed(nodes[key], join(self.path, key), parse) if key in nodes else default

    def _refs(self, node: Node, nodes: Mapping[str, Node]) -> tuple[RefPattern, ...]:
        keys = {"branches": RefKind.BRANCH, "tags": RefKind.TAG}
        written = [key for key in keys if not _is_empty(nodes.get(key))]
        if not written:
            fault = InvalidValueError(
                "no branch and no tag is named",
                why="Nothing would start a build",
                fix="Write 'branches: [main]', 'tags: [v*]' or both",
                code="build-refs",
            )
            self.reading.note(node, self.path, fault)
        read = [ref for key in written for ref in self._list(nodes, key, partial(RefPattern.parse, keys[key]))]
        return tuple(dict.fromkeys(ref for ref in read if ref)) if None not in read else ()

    def _platforms(self, nodes: Mapping[str, Node]) -> tuple[Platform, ...]:
        if "platforms" not in nodes:
            return (build_platform(_DEFAULT_PLATFORM),)
        node = nodes["platforms"]
        if _is_empty(node):
            fault = InvalidValueError(
                "no platform is named",
                fix="Name one, or remove 'platforms': linux/amd64 is built",
                code="build-platform",
            )
            self.reading.note(node, join(self.path, "platforms"), fault)
        read = self._list(nodes, "platforms", build_platform)
        return tuple(dict.fromkeys(each for each in read if each)) if None not in read else ()

    def _list(self, nodes: Mapping[str, Node], key: str, parse: Callable[[str], T]) -> list[T | None]:
        items = self.reading.items(nodes[key], join(self.path, key))
        return [self.reading.parsed(item, path, parse) for item, path in items]

    def _compute(self, node: Node | None) -> ComputeSize | None:
        if node is None:
            return ComputeSize.SMALL
        word = self.reading.choice(node, join(self.path, "compute"), [*ComputeSize], "build-compute")
        return next((size for size in ComputeSize if size == word), None)


def _is_empty(node: Node | None) -> bool:
    return node is None or (isinstance(node, Sequence) and not node.items)

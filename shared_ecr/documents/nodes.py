"""The values of a YAML file, each with its place; they are read as YAML 1.2 reads them."""

from collections.abc import Hashable, Iterator

from shared_ecr.findings.problems import Position
from shared_ecr.records import record


@record
class Scalar:
    """One scalar: its text as written, and its value by the YAML 1.2 core schema."""

    position: Position
    text: str
    value: str | int | float | bool | None
    plain: bool
    """Whether it is without quotes, so that another reader could read another value."""

    def described(self) -> str:
        """Say what is there, for `expected …, found …`."""
        match self.value:
            case None:
                return "nothing"
            case bool():
                return f"the boolean {self.text}"
            case int() | float():
                return f"the number {self.text}"
            case _:
                return f"the text '{self.text}'"


@record
class Sequence:
    """A list."""

    position: Position
    items: tuple["Node", ...]

    def described(self) -> str:
        """Say what is there, for `expected …, found …`."""
        return "a list"


@record
class MappingEntry:
    """One key of a mapping and its value."""

    key: Scalar
    value: "Node"


@record
class Mapping:
    """A mapping; its keys are texts and unique."""

    position: Position
    entries: tuple[MappingEntry, ...]

    def described(self) -> str:
        """Say what is there, for `expected …, found …`."""
        return "a mapping"

    def get(self, key: str) -> "Node | None":
        """Return the value of *key*, or None where the key is not written."""
        return next((entry.value for entry in self.entries if entry.key.text == key), None)

    def __iter__(self) -> Iterator[tuple[str, "Node"]]:
        return ((entry.key.text, entry.value) for entry in self.entries)


Node = Scalar | Sequence | Mapping


def content(node: Node) -> Hashable:
    """Return all that *node* says, without the places: equal for two nodes that no one can distinguish but by those."""
    if isinstance(node, Scalar):
        return (node.text, node.plain, type(node.value))
    if isinstance(node, Sequence):
        return ("-", *map(content, node.items))
    return (":", *((entry.key.text, content(entry.value)) for entry in node.entries))

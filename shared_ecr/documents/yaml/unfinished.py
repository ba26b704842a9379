"""Lists and mappings while they are read: what may be a key, and that none is twice."""

from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar, Sequence
from shared_ecr.documents.yaml.faults import SyntaxFault
from shared_ecr.documents.yaml.invisible import INVISIBLE, named, repair, without_invisible
from shared_ecr.documents.yaml.source import SourceText
from shared_ecr.records import field, record, replace
from shared_ecr.text import quoted

MERGE_KEY = "<<"


@record(frozen=False)
class UnfinishedSequence:
    """The items so far."""

    index: int
    anchor: str | None
    size_before: int
    items: list[Node] = field(default_factory=list)
    height: int = 1

    def add(self, node: Node) -> None:
        """Take *node* as the next item."""
        self.items.append(node)

    def finish(self, source: SourceText) -> Node:
        """Return the list, now that its end is read."""
        return Sequence(source.position(self.index), tuple(self.items))

    def step(self) -> str:
        """Return the number of the item that is being read, as a step of a path."""
        return f"[{len(self.items)}]"


@record(frozen=False)
class UnfinishedMapping:
    """The entries so far; a refused key takes its value with it, so that what is left can be judged."""

    index: int
    anchor: str | None
    size_before: int
    entries: list[MappingEntry] = field(default_factory=list)
    height: int = 1
    expects_key: bool = True
    _key: Scalar | None = None
    _lines: dict[str, int] = field(default_factory=dict)

    def add(self, node: Node) -> SyntaxFault | None:
        """Take *node* as the next key, or as the value of the last; return why a key is refused."""
        if not self.expects_key:
            self.expects_key = True
            if self._key is not None:
                self.entries.append(MappingEntry(self._key, node))
            return None
        self.expects_key, self._key = False, None
        if not isinstance(node, Scalar):
            what = f"a key must be a text, found {node.described()}"
            return SyntaxFault("yaml-key", what, fix="Write 'name: value'; quote a text that begins with a bracket")
        return self._take_key(node)

    def _take_key(self, key: Scalar) -> SyntaxFault | None:
        if key.plain and not key.text:
            return SyntaxFault("yaml-key", "a key is missing before the ':'", fix="Write it, or remove the line")
        if key.plain and key.text == MERGE_KEY:
            why = "YAML 1.2 has no merge keys, and readers disagree about which value wins"
            return SyntaxFault(
                "yaml-merge", "the merge key '<<' is not allowed", why, "Share values by 'profiles' instead"
            )
        invisible = INVISIBLE.search(key.text)
        if invisible:
            key = replace(key, text=without_invisible(key.text))
        if first := self._lines.get(key.text):
            what = f"the key {quoted(key.text)} is written twice in one mapping; the first is in line {first}"
            return SyntaxFault("duplicate-key", what, "YAML readers silently keep only one of them", "Merge the two")
        self._lines[key.text] = key.position.line
        self._key = key
        if not invisible:
            return None
        verb = "starts with" if invisible.start() == 0 else "contains"
        what = f"the key {verb} {named(invisible[0])}"
        return SyntaxFault("yaml-invisible", what, "It cannot be seen", repair(invisible[0]))

    def finish(self, source: SourceText) -> Node:
        """Return the mapping, now that its end is read."""
        return Mapping(source.position(self.index), tuple(self.entries))

    def step(self) -> str:
        """Return the key that is being read, as a step of a path."""
        return f".{self._key.text}" if self._key else ""

"""YAML events to a tree of nodes, bounded in size and depth, every fault of keys, tags and aliases collected."""

from typing import TYPE_CHECKING, Any

from shared_ecr.documents.nodes import Node, Scalar
from shared_ecr.documents.yaml.bounds import MOST_WARNINGS, beyond
from shared_ecr.documents.yaml.comments import cut_off
from shared_ecr.documents.yaml.events import NotYamlError, end_of, events, start_of, value_start
from shared_ecr.documents.yaml.faults import SyntaxFault
from shared_ecr.documents.yaml.scalars import CoreTag, Value, plain_value, refused_tag, tagged_value
from shared_ecr.documents.yaml.source import SourceText
from shared_ecr.documents.yaml.unfinished import UnfinishedMapping, UnfinishedSequence
from shared_ecr.findings.problems import Problem
from shared_ecr.records import field, record, replace
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

if TYPE_CHECKING:
    from collections.abc import Callable

    import yaml

_UNPRINTABLE = LazyPattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@record(frozen=False)
class Composition:
    """The result of reading a file: a tree or nothing, faults, and where the quoted and block texts are."""

    root: Node | None = None
    whole: bool = True
    """Whether *root* is all that the file says; if not, judging it further would mislead."""
    problems: list[Problem] = field(default_factory=list)
    literals: list[tuple[int, int]] = field(default_factory=list)
    read_until: int = 0
    failure: NotYamlError | None = None


@record
class _Anchored:
    """A node that an alias may repeat, with what repeating it costs."""

    node: Node
    size: int
    height: int


def compose(source: SourceText) -> Composition:
    """Build the tree of the only document of *source*; stop at what cannot be read on."""
    composer = _Composer(source)
    event = None
    try:
        for event in events(source.text):
            if not composer.take(event):
                break
    except NotYamlError as error:
        composer.result.failure = error
    composer.result.read_until = end_of(event) if event else 0
    return composer.result


class _Composer:
    """The collections that are open while events arrive, outermost first."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.result = Composition()
        self.open: list[UnfinishedMapping | UnfinishedSequence] = []
        self.anchored: dict[str, _Anchored] = {}
        self.size = 0
        self.documents = 0
        self.warnings = 0
        import yaml  # noqa: PLC0415 — start-up time

        # By type, because a large file has some hundred thousand events.
        self.handlers: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._begin_mapping,
            yaml.SequenceStartEvent: self._begin_sequence,
            yaml.MappingEndEvent: self._finish,
            yaml.SequenceEndEvent: self._finish,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }

    def take(self, event: "yaml.Event") -> bool:
        """Handle *event* and say whether to continue."""
        handle = self.handlers.get(type(event))
        if handle is None:
            return True
        handle(event)
        return self._within_bounds(event)

    def _scalar(self, event: "yaml.ScalarEvent") -> None:
        plain = not event.style
        end = end_of(event)
        start = value_start(event, self.source.text, written=bool(event.value) or not plain)
        if not plain:
            self.result.literals.append((start, end))
        value: Value = plain_value(event.value) if plain else event.value
        if plain and self.source.text.startswith(" ", end):
            self._look_behind(event.value, end)
        if event.tag:
            value = self._tagged(event.tag, event, value)
        if event.style == '"' and (unprintable := _UNPRINTABLE.search(event.value)):
            if "\ud800" <= unprintable[0] <= "\udfff":
                # libyaml refuses these halves of characters (surrogates); PyYAML's own parser does not.
                raise NotYamlError("found invalid Unicode character escape code", start)
            what = (
                f"an escape in double quotes names the character U+{ord(unprintable[0]):04X}, which cannot be printed"
            )
            self._report(start, SyntaxFault("yaml-control", what, fix="Remove it"))
        node = Scalar(self.source.position(start), event.value, value, plain)
        self.size += 1
        self._add(node, start, event.anchor, size=1, height=0)

    def _look_behind(self, value: str, end: int) -> None:
        fault = cut_off(self.source.text, end, value) if self.warnings < MOST_WARNINGS else None
        if fault:
            self.warnings += 1
            self._report(end, fault)

    def _begin_mapping(self, event: "yaml.MappingStartEvent") -> None:
        if event.tag and event.tag != CoreTag.MAPPING:
            self._report(start_of(event), refused_tag(event.tag, "a mapping"))
        start = value_start(event, self.source.text, written=True)
        self.open.append(UnfinishedMapping(start, event.anchor, self.size))
        self.size += 1

    def _begin_sequence(self, event: "yaml.SequenceStartEvent") -> None:
        if event.tag and event.tag != CoreTag.SEQUENCE:
            self._report(start_of(event), refused_tag(event.tag, "a list"))
        start = value_start(event, self.source.text, written=True)
        self.open.append(UnfinishedSequence(start, event.anchor, self.size))
        self.size += 1

    def _finish(self, _: "yaml.CollectionEndEvent") -> None:
        done = self.open.pop()
        node = done.finish(self.source)
        self._add(node, done.index, done.anchor, size=self.size - done.size_before, height=done.height)

    def _alias(self, event: "yaml.AliasEvent") -> None:
        name, start = event.anchor or "", start_of(event)
        target = self.anchored.get(name)
        if any(collection.anchor == name for collection in self.open):
            self._report(
                start, SyntaxFault("yaml-cycle", f"the alias '{name}' contains itself", fix="Write the values out")
            )
            target = None
        elif target is None:
            what = f"'*{name}' repeats the anchor '&{name}', which this file does not define above"
            self._report(start, SyntaxFault("yaml-syntax", what, fix=f"If '*' is part of a text, quote it: '*{name}'"))
        if target is None:
            self.result.whole = False
            target = _Anchored(Scalar(self.source.position(start), f"*{name}", None, plain=True), 1, 0)
        node = target.node
        match self.open:
            # A key is where its alias does; a value is where it was written.
            case [*_, UnfinishedMapping(expects_key=True)] if isinstance(node, Scalar):
                node = replace(node, position=self.source.position(start))
        self.size += target.size
        self._add(node, start, None, size=target.size, height=target.height)

    def _document(self, event: "yaml.Event") -> None:
        self.documents += 1
        if self.documents > 1:
            what = "a second document starts here; one file holds one"
            self._report(start_of(event), SyntaxFault("yaml-multi", what, fix="Split the file or remove the '---'"))
            self.result.whole = False

    def _add(self, node: Node, index: int, anchor: str | None, *, size: int, height: int) -> None:
        if anchor:
            self.anchored[anchor] = _Anchored(node, size, height)
        if not self.open:
            self.result.root = node
            return
        parent = self.open[-1]
        parent.height = max(parent.height, height + 1)
        if fault := parent.add(node):
            self._report(index, fault)

    def _within_bounds(self, event: "yaml.Event") -> bool:
        deepest = len(self.open) - 1 + self.open[-1].height if self.open else 0
        fault = beyond(self.size, deepest, has_anchors=bool(self.anchored))
        if fault is None:
            return self.documents <= 1
        # Without a path, which would be as long as the tree is deep.
        self.result.problems.append(self.source.problem(start_of(event), fault))
        self.result.whole = False
        return False

    def _tagged(self, tag: str, event: "yaml.ScalarEvent", untagged: Value) -> Value:
        try:
            return tagged_value(CoreTag(tag), event.value)
        except ValueError:
            self._report(start_of(event), refused_tag(tag, f"the text {quoted(event.value)}"))
            return untagged

    def _report(self, index: int, fault: SyntaxFault) -> None:
        path = "".join(collection.step() for collection in self.open).removeprefix(".")
        self.result.problems.append(self.source.problem(index, fault, path))

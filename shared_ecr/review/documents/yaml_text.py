"""YAML as templates hold it: bounded, short forms written out, nothing ever built that a tag asks for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared_ecr.documents.json_text import Json
from shared_ecr.documents.yaml.events import NotYamlError, events, start_of
from shared_ecr.documents.yaml.faults import SyntaxFault
from shared_ecr.documents.yaml.source import SourceText
from shared_ecr.documents.yaml.syntax import explain
from shared_ecr.findings.problems import Position
from shared_ecr.records import field, record
from shared_ecr.review.deployments import Doubt
from shared_ecr.review.documents.document import DEEPEST, DataFile
from shared_ecr.review.documents.faults import InvalidDocumentError
from shared_ecr.review.documents.files import DocumentText
from shared_ecr.review.documents.short_forms import is_plain_collection, is_short_form, long_form, tagged_scalar
from shared_ecr.review.documents.yaml_collections import OpenList, OpenMapping
from shared_ecr.review.documents.yaml_scalars import surprise, yaml_value
from shared_ecr.text import quoted

if TYPE_CHECKING:
    import yaml

# Reading YAML takes ten times as long as reading JSON, and CloudFormation takes templates of 1 MB.
_LARGEST_TEXT = 5 * 1024 * 1024
_MOST_VALUES = 500_000
_MOST_DOUBTS = 100


def read_yaml_text(text: DocumentText) -> DataFile:
    """Read *text* as one YAML document, as CloudFormation does; what it might read otherwise becomes a doubt.

    Raises:
        InvalidDocumentError: it is not YAML, holds several documents, or is beyond the bounds.
    """
    if text.size > _LARGEST_TEXT:
        what = f"the file is larger than {_LARGEST_TEXT // 1024**2} MiB of YAML"
        raise InvalidDocumentError.of(text.source.file, what, code="document-too-large", why="Templates are smaller")
    builder = _Builder(text.source)
    try:
        for event in events(text.source.text):
            builder.take(event)
    except NotYamlError as fault:
        raise InvalidDocumentError([explain(fault, text.source)]) from fault
    return DataFile(text.source.file, text.size, builder.root, builder.resources, tuple(builder.doubts))


@record
class _AnchoredValue:
    """A value that an alias may repeat, and what repeating it costs."""

    value: Json
    size: int
    height: int


@record(frozen=False)
class _Builder:
    """The collections that are open while events arrive, outermost first."""

    source: SourceText
    root: Json = None
    resources: dict[str, Position] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    _open: list[OpenMapping | OpenList] = field(default_factory=list)
    _anchored: dict[str, _AnchoredValue] = field(default_factory=dict)
    _size: int = 0
    _documents: int = 0

    def take(self, event: "yaml.Event") -> None:
        """Handle *event*."""
        handle: Callable[[_Builder, Any], None] | None = _HANDLERS.get(type(event).__name__)
        if handle:
            handle(self, event)

    def document(self, event: "yaml.DocumentStartEvent") -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._refused(
                event, "a second document starts here; a template is a single document", "document-yaml"
            )

    def scalar(self, event: "yaml.ScalarEvent") -> None:
        self._size += 1
        parent = self._open[-1] if self._open else None
        if isinstance(parent, OpenMapping) and parent.key is None:
            self._key(parent, event.value, event)
        else:
            self._add(self._value(event), event.anchor, 1, 0, event)

    def mapping(self, event: "yaml.MappingStartEvent") -> None:
        self._begin(OpenMapping(event.tag or "", event.anchor, self._size), event)

    def sequence(self, event: "yaml.SequenceStartEvent") -> None:
        self._begin(OpenList(event.tag or "", event.anchor, self._size), event)

    def end(self, event: "yaml.CollectionEndEvent") -> None:
        done = self._open.pop()
        value = self._collection(done.tag, done.value(), event)
        self._add(value, done.anchor, self._size - done.size_before, done.height, event)

    def alias(self, event: "yaml.AliasEvent") -> None:
        name = event.anchor or ""
        target = self._anchored.get(name)
        if target is None:
            # Also where an anchor is repeated inside of itself: it is complete only behind its end.
            raise self._refused(event, f"'*{name}' repeats an anchor that is not complete above it", "document-yaml")
        self._size += target.size
        self._add(target.value, None, target.size, target.height, event)

    def _begin(self, collection: OpenMapping | OpenList, event: "yaml.Event") -> None:
        self._open.append(collection)
        self._size += 1
        self._check(len(self._open), event)

    def _add(self, value: Json, anchor: str | None, size: int, height: int, event: "yaml.Event") -> None:
        if anchor:
            self._anchored[anchor] = _AnchoredValue(value, size, height)
        self._check(len(self._open) + height, event)
        if not self._open:
            self.root = value
            return
        parent = self._open[-1]
        parent.height = max(parent.height, height + 1)
        if isinstance(parent, OpenMapping) and parent.key is None:
            is_text = isinstance(value, str)
            if not is_text:
                self._doubt(event, "a key here is not a text; what belongs to it is not judged")
            self._key(parent, str(value) if is_text else "", event)
        elif fault := parent.add(value):
            self._doubt(event, fault)

    def _key(self, parent: OpenMapping, text: str, event: "yaml.Event") -> None:
        if fault := parent.begin(text):
            self._doubt(event, fault)
        match self._open:
            case [OpenMapping(key="Resources"), OpenMapping()]:
                self.resources[text] = self.source.position(start_of(event))

    def _value(self, event: "yaml.ScalarEvent") -> Json:
        tag = event.tag or ""
        if is_short_form(tag):
            return long_form(tag, event.value)
        if tag and tag != "!":
            value = tagged_scalar(tag, event.value)
            if value is None:
                self._doubt(event, f"the tag {quoted(tag, 60)} is not known; the text behind it is judged")
            return event.value if value is None else value
        if event.style or tag:
            return event.value
        if what := surprise(event.value):
            self._doubt(event, what)
        return yaml_value(event.value)

    def _collection(self, tag: str, value: Json, event: "yaml.Event") -> Json:
        if is_short_form(tag):
            return long_form(tag, value)
        if tag and not is_plain_collection(tag):
            self._doubt(event, f"the tag {quoted(tag, 60)} is not known; the value after it is judged")
        return value

    def _check(self, depth: int, event: "yaml.Event") -> None:
        if self._size > _MOST_VALUES:
            what = f"the file holds more than {_MOST_VALUES:,} values, what aliases repeat included"
            raise self._refused(event, what, "document-too-large")
        if depth > DEEPEST:
            raise self._refused(event, f"values are nested more than {DEEPEST} deep", "document-depth")

    def _doubt(self, event: "yaml.Event", what: str) -> None:
        if len(self.doubts) < _MOST_DOUBTS:
            at = self.source.position(start_of(event))
            self.doubts.append(Doubt(f"{self.source.file}:{at.line}:{at.column}", what))

    def _refused(self, event: "yaml.Event", what: str, code: str) -> InvalidDocumentError:
        return InvalidDocumentError([self.source.problem(start_of(event), SyntaxFault(code, what))])


# By name, because PyYAML is imported where it is needed.
_HANDLERS: dict[str, Callable[[_Builder, Any], None]] = {
    "ScalarEvent": _Builder.scalar,
    "MappingStartEvent": _Builder.mapping,
    "SequenceStartEvent": _Builder.sequence,
    "MappingEndEvent": _Builder.end,
    "SequenceEndEvent": _Builder.end,
    "AliasEvent": _Builder.alias,
    "DocumentStartEvent": _Builder.document,
}

"""JSON as templates and plans hold it: read by Python's own reader, its resources found in the text afterwards."""

import json
from collections import Counter
from collections.abc import Iterator

from shared_ecr.documents.json_text import Json, Number
from shared_ecr.documents.yaml.source import SourceText
from shared_ecr.findings.problems import Position
from shared_ecr.review.deployments import Doubt
from shared_ecr.review.documents.document import DEEPEST, MOST_VALUES, DataFile, too_deep_or_large
from shared_ecr.review.documents.faults import InvalidDocumentError
from shared_ecr.review.documents.files import DocumentText
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# No one reads more of them.
_MOST_DOUBTS = 20
_BLANKS = LazyPattern(r"[ \t\n\r]*")
# Half of a character (a surrogate), which no text can have and no terminal prints.
_HALVES = LazyPattern(r"[\ud800-\udfff]")
_ESCAPED_HALF = LazyPattern(r"\\u[dD][89a-fA-F]")


def read_json_text(text: DocumentText) -> DataFile:
    """Read *text* as JSON; of a key that is twice in an object, the last counts and a doubt shows it.

    Raises:
        InvalidDocumentError: it is not JSON, or beyond the bounds.
    """
    source = text.source
    if source.text.count(",") > MOST_VALUES:
        raise _refused(source, f"the file holds more than {MOST_VALUES:,} values", "document-too-large")
    reader = _JsonReader(source)
    try:
        data: Json = json.loads(
            source.text, parse_int=Number, parse_float=Number, parse_constant=reader.constant,
            object_pairs_hook=reader.mapping,
        )  # fmt: skip
    except json.JSONDecodeError as fault:
        what = f"this is not JSON: {fault.msg[:1].lower()}{fault.msg[1:]}"
        position = Position(fault.lineno, fault.colno, source.file)
        if fault.msg == "Extra data" and '"@level"' in source.text:
            what = "this is the log of 'terraform plan -json', which has a JSON document in each line"
            fix = "Give what 'terraform show -json PLAN' prints"
            raise InvalidDocumentError.of(
                source.file, what, fix=fix, code="document-json", position=position
            ) from fault
        raise _refused(source, what, "document-json", position) from fault
    except RecursionError as fault:
        raise _refused(source, f"values are nested more than {DEEPEST} deep", "document-depth") from fault
    if beyond := too_deep_or_large(data):
        raise _refused(source, beyond, "document-depth" if "deep" in beyond else "document-too-large")
    if _ESCAPED_HALF.search(source.text):
        data = _whole(data)
    return DataFile(source.file, text.size, data, _resources(source, data), tuple(reader.doubts))


class _JsonReader:
    """Takes what Python's reader hands over, and notes what CloudFormation might read otherwise."""

    def __init__(self, source: SourceText) -> None:
        self._file = source.file
        self.doubts: list[Doubt] = []

    def mapping(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        found = dict(pairs)
        if len(found) < len(pairs) and len(self.doubts) < _MOST_DOUBTS:
            twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
            self.doubts.append(
                Doubt(self._file, f"the key {quoted(twice)} is written twice in one object; the last value is judged")
            )
        return found

    def constant(self, text: str) -> Json:
        if len(self.doubts) < _MOST_DOUBTS:
            self.doubts.append(Doubt(self._file, f"{text} is not JSON, and CloudFormation refuses it"))
        return text


def _resources(source: SourceText, data: Json) -> dict[str, Position]:
    """Find where each member of `Resources` is; the text is known to be JSON."""
    if not isinstance(data, dict) or not isinstance(data.get("Resources"), dict):
        return {}
    begin = 0
    for key, _, value in _members(source.text, 0):
        # The last of two, as the reader has it.
        begin = value if key == "Resources" else begin
    if source.text[begin] != "{":
        return {}
    found = {}
    line, before, last = 1, -1, 0
    for key, at, _ in _members(source.text, begin):
        # Counted on from the one before: a table of all lines may be ten times as large as the text.
        line += source.text.count("\n", last, at)
        before = max(before, source.text.rfind("\n", last, at))
        found[key], last = Position(line, at - before, source.file), at
    return found


def _members(text: str, index: int) -> Iterator[tuple[str, int, int]]:
    """Yield each key of the object at *index*, where it is, and where its value begins."""
    skip = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode
    index = _blanks(text, _blanks(text, index) + 1)
    while text[index] != "}":
        at = index
        key, index = skip(text, index)
        index = _blanks(text, _blanks(text, index) + 1)
        yield key, at, index
        _, index = skip(text, index)
        index = _blanks(text, index)
        if text[index] == ",":
            index = _blanks(text, index + 1)


def _blanks(text: str, index: int) -> int:
    """Return the index behind the blanks at *index*."""
    match = _BLANKS.match(text, index)
    return match.end() if match else index


def _whole(data: Json) -> Json:
    """Return *data* with what is not a character replaced by the mark for it."""
    match data:
        case Number():
            return data
        case str():
            return _HALVES.sub("\ufffd", data)
        case list():
            return [_whole(each) for each in data]
        case dict():
            return {_HALVES.sub("\ufffd", key): _whole(value) for key, value in data.items()}
        case _:
            return data


def _refused(source: SourceText, what: str, code: str, position: Position | None = None) -> InvalidDocumentError:
    return InvalidDocumentError.of(source.file, what, code=code, position=position)

"""Policies that AWS keeps as JSON: read strictly, as AWS reads them, and shown where they break."""

import json
from typing import NoReturn

from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import Position
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

_TRAILING_COMMA = LazyPattern(r",\s*\Z")
_FIXES = {
    "lifecycle-json": "Paste what 'aws ecr get-lifecycle-policy' prints as lifecyclePolicyText, or write it as YAML"
}
# No policy nests deeper than ten; Python's own reader gives up at some hundreds.
DEEPEST = 50


@record
class BrokenJson:
    """Why a text is not JSON, and where in it; line and column count from 1."""

    what: str
    line: int
    column: int


class _RefusedError(ValueError):
    """What JSON allows in its grammar and no reader agrees on."""


def broken(text: str) -> BrokenJson | None:
    """Say why *text* is not JSON, or None where it is."""
    try:
        _loaded(text)
    except json.JSONDecodeError as error:
        before = text[: error.pos]
        at_end = text[error.pos : error.pos + 1] in ("]", "}", "")
        what = "a trailing comma" if at_end and _TRAILING_COMMA.search(before) else _lower(error.msg)
        return BrokenJson(what, error.lineno, error.colno)
    except RecursionError:
        return BrokenJson("it is nested deeper than any policy", 1, 1)
    except ValueError as error:
        # A key that is twice, NaN, or a number of thousands of digits.
        return BrokenJson(str(error) if isinstance(error, _RefusedError) else "a number is too long", 1, 1)
    return None


def pasted(node: Scalar, code: str) -> Node:
    """Read the JSON text that *node* holds; its values all have the place of the text.

    Raises:
        InvalidValueError: it is not JSON, with line and column inside the text; *code* is the problem's.
    """
    fault = broken(node.text)
    if fault:
        raise InvalidValueError(
            f"not JSON: line {fault.line} column {fault.column} of the text: {fault.what}",
            fix=_FIXES.get(code, "Write it as YAML"),
            code=code,
        )
    return _node(_loaded(node.text), node.position)


def unplaced(text: str, file: str) -> Node:
    """Return what *text*, which is JSON, says; all of it is at the beginning of *file*."""
    return _node(_loaded(text), Position(1, 1, file))


def _loaded(text: str) -> object:
    loaded: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    return loaded


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _RefusedError(f"the key {quoted(key)} is written twice in one object")
        found[key] = value
    return found


def _refuse_constant(text: str) -> NoReturn:
    raise _RefusedError(f"{text} is not JSON")


def _node(value: object, position: Position, depth: int = 0) -> Node:
    if depth > DEEPEST:
        raise InvalidValueError("the policy is nested deeper than any", code="lifecycle-json")
    match value:
        case dict():
            keys = (Scalar(position, key, key, plain=False) for key in value)
            values = (_node(each, position, depth + 1) for each in value.values())
            return Mapping(position, tuple(map(MappingEntry, keys, values)))
        case list():
            return Sequence(position, tuple(_node(item, position, depth + 1) for item in value))
        case str() | bool() | int() | float() | None:
            return Scalar(position, value if isinstance(value, str) else json.dumps(value), value, plain=False)
        case _:
            raise TypeError(value)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]

"""Write plain data as YAML that a person would write: short things on one line, comments where there is a hint."""

import json
from collections.abc import Iterator, Mapping, Sequence

from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

# Texts that need no quotes, in a flow collection either.
_PLAIN = LazyPattern(r"[A-Za-z/][A-Za-z0-9 ./_@+=-]*[A-Za-z0-9./_@+=-]|[A-Za-z]")
_NO_TEXTS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"})
_WIDTH = 110


@record
class Commented:
    """A value with a comment above it."""

    value: object
    comment: str


def write_yaml(document: Mapping[str, object]) -> str:
    """Render *document* with its keys in their order, a blank line between those at the top."""
    blocks = ["\n".join(_entry(key, value, 0)) for key, value in document.items()]
    return "\n\n".join(blocks) + "\n"


def _entry(key: str, value: object, indent: int) -> Iterator[str]:
    pad = " " * indent
    if isinstance(value, Commented):
        yield from (f"{pad}# {line}" for line in value.comment.splitlines())
        value = value.value
    flow = flow_text(value)
    if _is_short(value, flow, indent + len(key)):
        yield f"{pad}{scalar(key)}: {flow}"
        return
    yield f"{pad}{scalar(key)}:"
    yield from _block(value, indent + 2)


def _block(value: object, indent: int) -> Iterator[str]:
    pad = " " * indent
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _entry(str(key), each, indent)
        return
    for each in _items(value):
        item = each
        if isinstance(item, Commented):
            yield from (f"{pad}# {line}" for line in item.comment.splitlines())
            item = item.value
        flow = flow_text(item)
        if not isinstance(item, Mapping) or _is_short(item, flow, indent):
            yield f"{pad}- {flow}"
            continue
        first, *rest = [line for key, held in item.items() for line in _entry(str(key), held, indent + 2)]
        yield f"{pad}- {first[indent + 2 :]}"
        yield from rest


def _is_short(value: object, flow: str, used: int) -> bool:
    if isinstance(value, Mapping) and any(isinstance(each, Mapping | Commented) for each in value.values()):
        return not value or (used + len(flow) < _WIDTH and _depth(value) <= 2)  # noqa: PLR2004 — what an eye takes in
    if isinstance(value, Sequence) and not isinstance(value, str):
        nested = any(isinstance(each, Mapping | Commented) and len(flow_text(each)) > _WIDTH // 2 for each in value)
        return used + len(flow) < _WIDTH and not nested
    return not isinstance(value, Mapping) or used + len(flow) < _WIDTH


def _depth(value: object) -> int:
    if isinstance(value, Mapping):
        return 1 + max((_depth(each) for each in value.values()), default=0)
    return 1 if isinstance(value, list | tuple) else 0


def flow_text(value: object) -> str:
    """Write *value* on one line."""
    match value:
        case Commented(inner):
            return flow_text(inner)
        case Mapping():
            return "{" + ", ".join(f"{scalar(str(key))}: {flow_text(each)}" for key, each in value.items()) + "}"
        case str():
            return scalar(value)
        case list() | tuple():
            return "[" + ", ".join(map(flow_text, value)) + "]"
        case _:
            return json.dumps(value)


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else [value]


def scalar(text: str) -> str:
    """Write a text so that every reader of YAML takes it for that text."""
    is_plain = bool(_PLAIN.fullmatch(text)) and text.lower() not in _NO_TEXTS and "  " not in text
    return text if is_plain else json.dumps(text, ensure_ascii=False)

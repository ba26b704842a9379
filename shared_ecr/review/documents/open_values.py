"""How a value that only a deployment knows is written in its place: `${Deployed:Role.Arn}`."""

import re
import zlib

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import OPEN_MARK
from shared_ecr.review.texts import written_out

# The mark ends at the first brace, and a mark within a mark is not one.
_NOT_IN_A_NAME = re.compile(r"[{}$]")
_LONGEST_NAME = 200
_MARK = re.compile(re.escape(OPEN_MARK) + r"([^{}]*)\}")


def open_name(name: str) -> str:
    """Return *name* as it can be written in a mark; long names that differ stay different."""
    clean = _NOT_IN_A_NAME.sub("", name.replace(OPEN_MARK, ""))
    if len(clean) <= _LONGEST_NAME:
        return clean
    return f"{clean[:_LONGEST_NAME]}…{zlib.crc32(name.encode(errors='replace')):08x}"


def open_value(name: str) -> str:
    """Return what is written in the place of the value called *name*."""
    return f"{OPEN_MARK}{open_name(name)}}}"


def call_name(function: str, argument: Json) -> str:
    """Return the name of what a call of *function* gives: calls with other arguments have other names."""
    return f"{function} {argument if isinstance(argument, str) else written_out(argument)}"


def detail(argument: Json) -> str:
    """Return what tells one call of a function from another, for a sentence."""
    return open_name(argument if isinstance(argument, str) else written_out(argument))


def only_open_value(value: Json) -> str | None:
    """Return the name of the open value that *value* is as a whole; None where it is more, or known."""
    match = _MARK.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else None


def open_names(value: Json) -> frozenset[str]:
    """Return the names of all open values in *value*."""
    match value:
        case str():
            return frozenset(_MARK.findall(value)) if OPEN_MARK in value else frozenset()
        case list():
            return frozenset().union(*map(open_names, value))
        case dict():
            return frozenset().union(*map(open_names, value.values()))
        case _:
            return frozenset()


def can_equal(left: str, right: str) -> bool:
    """Whether two texts can be equal, whatever their open parts become; yes where that is not decided here."""
    return _fits(left, right) and _fits(right, left)


def _fits(text: str, other: str) -> bool:
    """Whether *other*, where it is known, has the form of *text*: its known beginning and its known end."""
    first, last = _MARK.split(text)[0], _MARK.split(text)[-1]
    known_start, known_end = _MARK.split(other)[0], _MARK.split(other)[-1]
    start, end = min(len(first), len(known_start)), min(len(last), len(known_end))
    return first[:start] == known_start[:start] and (not end or last[-end:] == known_end[-end:])


def shown(value: Json) -> str:
    """Return *value* as a sentence can quote it: `app-Env` for `app-${Deployed:Env}`."""
    text = value if isinstance(value, str) else written_out(value)
    return _MARK.sub(lambda found: f"<{found[1]}>", text)

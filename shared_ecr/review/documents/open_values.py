"""How a value that only a deployment knows is written in its place: `${Deployed:Role.Arn}`."""

import re
import zlib

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import OPEN_MARK
from shared_ecr.review.texts import written_out
from shared_ecr.text.patterns import LazyPattern

# The mark ends at the first brace, and a mark within a mark is not one.
_NOT_IN_A_NAME = LazyPattern(r"[{}$]")
_LONGEST_NAME = 200
# A text with several open parts side by side can be read in very many ways.
_MOST_SOLUTIONS = 200
_CHANGED = " (changed)"
_MARK = LazyPattern(re.escape(OPEN_MARK) + r"([^{}]*)\}")


def open_name(name: str) -> str:
    """Return *name* as it can be written in a mark; long names that differ stay different."""
    clean = _NOT_IN_A_NAME.sub("", name.replace(OPEN_MARK, ""))
    if len(clean) <= _LONGEST_NAME:
        return clean
    return f"{clean[:_LONGEST_NAME]}…{zlib.crc32(name.encode(errors='replace')):08x}"


def open_value(name: str) -> str:
    """Return what is written in the place of the value called *name*."""
    return f"{OPEN_MARK}{open_name(name)}}}"


def changed_name(name: str) -> str:
    """Return what the value *name* is called where it is given by something else than on the previous side."""
    return f"{name}{_CHANGED}"


def written_name(name: str) -> str:
    """Return what the template calls the value *name*."""
    return name.removesuffix(_CHANGED)


def call_name(function: str, argument: Json) -> str:
    """Return the name of what a call of *function* gives: calls with other arguments have other names."""
    return f"{function} {argument if isinstance(argument, str) else written_out(argument)}"


def detail(argument: Json) -> str:
    """Return what shows one call of a function from another, for a sentence."""
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


def solutions(text: str, literal: str) -> list[dict[str, str]] | None:
    """Return every way to fill the open parts of *text* so that it reads *literal*; None where these are too many.

    `${Deployed:A}-${Deployed:B}` reads `x-y-z` as `x` and `y-z`, and as `x-y` and `z`.
    """
    parts = _MARK.split(text)
    found: list[dict[str, str]] = []
    pending: list[tuple[int, int, dict[str, str]]] = [(0, 0, {})]
    while pending:
        number, at, filled = pending.pop()
        fixed = parts[number]
        if not literal.startswith(fixed, at):
            continue
        at += len(fixed)
        if number == len(parts) - 1:
            if at == len(literal):
                found.append(filled)
            continue
        name = parts[number + 1]
        ends = [at + len(filled[name])] if name in filled else range(at, len(literal) + 1)
        pending += [(number + 2, end, {**filled, name: literal[at:end]}) for end in ends]
        if len(pending) > _MOST_SOLUTIONS:
            return None
    return found


def shown(value: Json) -> str:
    """Return *value* as a sentence can quote it: `app-Env` for `app-${Deployed:Env}`."""
    text = value if isinstance(value, str) else written_out(value)
    return _MARK.sub(lambda found: f"<{found[1]}>", text)

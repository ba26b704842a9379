"""Read the findings that the declaration accepts: code, reason, last day, and the repository if it is for one."""

import re
from collections.abc import Collection
from datetime import date

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Node
from shared_ecr.errors import InvalidValueError
from shared_ecr.findings.acknowledgements import Acknowledgement
from shared_ecr.text import did_you_mean, quoted

_CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_REQUIRED = ("finding", "reason", "until")


def read_acknowledgements(reading: Reading, node: Node | None, names: Collection[str]) -> tuple[Acknowledgement, ...]:
    """Read the list *node*; *names* are the declared repositories."""
    if node is None:
        return ()
    read = (_read_one(reading, item, path, names) for item, path in reading.items(node, "acknowledged"))
    return tuple(each for each in read if each)


def _read_one(reading: Reading, node: Node, path: str, names: Collection[str]) -> Acknowledgement | None:
    fields = reading.mapping(node, path, (*_REQUIRED, "repository"), _REQUIRED)
    if fields is None:
        return None
    finding, reason, until = (fields.get(key) for key in _REQUIRED)
    code = reading.parsed(finding, join(path, "finding"), _code) if finding else None
    why = reading.parsed(reason, join(path, "reason"), _reason) if reason else None
    day = reading.parsed(until, join(path, "until"), _day) if until else None
    repository_node = fields.get("repository")
    repository = None
    if repository_node is not None:
        repository_path = join(path, "repository")
        repository = reading.parsed(repository_node, repository_path, lambda text: _declared(text, names))
        if repository is None:
            return None
    return Acknowledgement(code, repository, why, day) if code and why and day else None


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise InvalidValueError(
            f"{quoted(text)} is no code of a finding", why="A code is what stands in brackets", code="acknowledged"
        )
    return text


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidValueError("the reason is empty", fix="Say why the finding is accepted", code="reason-missing")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValueError(
            f"{quoted(text)} is no date", fix="Write the last day it counts as YYYY-MM-DD", code="date"
        ) from None


def _declared(text: str, names: Collection[str]) -> str:
    if text not in names:
        raise InvalidValueError(
            f"no repository is called {quoted(text)}",
            fix=did_you_mean(text, names) or "Name one that is declared, or leave the key out for all",
            code="acknowledged",
        )
    return text

"""The whole table, and the directions in which two sides differ by it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

from shared_ecr.documents.json_text import Json, read_json_or_text
from shared_ecr.review.changes.differences import unordered
from shared_ecr.review.changes.verdicts.custom import CUSTOM_ROWS
from shared_ecr.review.changes.verdicts.ecr import ECR_ROWS
from shared_ecr.review.changes.verdicts.keys import KEY_ROWS
from shared_ecr.review.changes.verdicts.rows import Rows, Verdict
from shared_ecr.review.deployments import Resource, is_known
from shared_ecr.review.settings.reviewed_setting import reviewed_settings


@cache
def property_table() -> Mapping[str, Rows]:
    """Return the rows of every type; those of settings are beside their rules."""
    settings = {type_: row.properties for type_, row in reviewed_settings().items() if row.properties}
    return {**ECR_ROWS, **settings, **KEY_ROWS, **CUSTOM_ROWS}


def changed_paths(before: Resource, after: Resource) -> Iterator[tuple[str, Verdict | None]]:
    """Yield the path of each property that differs, with the verdict on it; None where no row has the path."""
    rows = property_table().get(before.type, {})
    old, new = (_leaves(dict(each.properties), "", rows) for each in (before, after))
    for path in sorted({*old, *new}):
        was, now = old.get(path, Counter()), new.get(path, Counter())
        if was != now:
            row = rows.get(path)
            yield path, None if row is None else row.added if was <= now else row.removed if now <= was else row.changed


def _leaves(value: Json, path: str, rows: Rows) -> dict[str, "Counter[str]"]:
    found: dict[str, Counter[str]] = {}
    for place, leaf in _walk(value, path, rows):
        found.setdefault(place, Counter())[leaf] += 1
    return found


def _walk(value: Json, path: str, rows: Rows) -> Iterator[tuple[str, str]]:
    if path in rows:
        yield path, unordered(_parsed(value))
        return
    match value:
        case dict():
            for name, each in value.items():
                yield from _walk(each, f"{path}.{name}" if path else name, rows)
        case list():
            for each in value:
                yield from _walk(each, f"{path}[]", rows)
        case _:
            # What is open, or of another shape, where a row expects parts is judged by other rules.
            if not any(row.startswith((f"{path}.", f"{path}[]")) for row in rows):
                yield path, unordered(value)


def _parsed(value: Json) -> Json:
    if not isinstance(value, str) or not is_known(value) or not value.lstrip().startswith(("{", "[")):
        return value
    return read_json_or_text(value)

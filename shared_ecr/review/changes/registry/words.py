"""The value of a setting's property line by line, in words: one line for each copy, filter or statement."""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.review.texts import written_out

EVERY = "every repository"


def lines_of(value: Json) -> tuple[str, ...]:
    """Return the parts of *value*, each a line; the whole of it where it has no parts."""
    match value:
        case {"ReplicationConfiguration": held}:
            return lines_of(held)
        case None:
            return ()
        case {"Rules": list() as rules} | {"rules": list() as rules} | {"Statement": list() as rules}:
            return tuple(line for rule in rules for line in _lines(rule))
        case list():
            return tuple(line for each in value for line in _lines(each))
        case _:
            return tuple(_lines(value))


def _lines(part: Json) -> Iterator[str]:
    if not isinstance(part, dict):
        yield part if isinstance(part, str) else written_out(part)
        return
    filters = _filters(part)
    match part:
        case {"Destinations": list() as destinations}:
            names = ", ".join(f"{name}*" for name in filters) or EVERY
            yield from (f"{names} copied to {_destination(each)}" for each in destinations)
        case {"ScanFrequency": str() as frequency}:
            yield from (f"{name} scanned: {frequency}" for name in filters)
        case {"SigningProfileArn": str() as profile}:
            yield from (f"{name} signed with {profile}" for name in filters or [EVERY])
        case _:
            yield written_out(part)


def _destination(written: Json) -> str:
    match written:
        case {"Region": str() as region, "RegistryId": str() as account}:
            return f"{account}/{region}"
        case _:
            return written_out(written)


def _filters(rule: Mapping[str, Json]) -> list[str]:
    written = rule.get("RepositoryFilters")
    held = written if isinstance(written, list) else []
    return [str(each.get("Filter")) for each in held if isinstance(each, dict)]


def difference_lines(old: Json, new: Json) -> Iterator[str]:
    """Show what has parts part by part: what is removed, and what is added."""
    before, after = lines_of(old), lines_of(new)
    if max(len(before), len(after)) > 1 or not isinstance(old, str | None) or not isinstance(new, str | None):
        yield from (f"- {line}" for line in dict.fromkeys(before) if line not in after)
        yield from (f"+ {line}" for line in dict.fromkeys(after) if line not in before)

"""JSON as policies need it: numbers kept as they are written, a key twice refused, depth and size bounded."""

import json
import math

from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.findings.problems import Problem, Severity

# CloudFormation reads templates of 1 MB: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_CHARACTERS = 1_048_576
# A policy has five levels; a deeper document is not a policy.
MAX_DEPTH = 40


class Number(str):
    """A number of the document, with the digits as they are written: 0.10 stays 0.10."""

    __slots__ = ()


Json = None | bool | str | list["Json"] | dict[str, "Json"]
"""What a text holds: numbers are `Number`."""


def read_json(text: str, what: str = "the policy") -> Json:
    """Read *text*.

    Raises:
        InvalidPolicyError: it is not JSON, holds a key twice, or is beyond the bounds.
    """
    if len(text) > MAX_CHARACTERS:
        raise _refused(f"{what} has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read", "policy-size")
    if _depth(text) > MAX_DEPTH:
        raise _refused(f"{what} is nested more than {MAX_DEPTH} levels deep", "policy-nesting")
    try:
        found: Json = json.loads(
            text.removeprefix("\ufeff"),
            parse_int=Number,
            parse_float=Number,
            parse_constant=_constant,
            object_pairs_hook=_without_duplicates,
        )
    except json.JSONDecodeError as fault:
        place = f"line {fault.lineno}, column {fault.colno}"
        raise _refused(f"{what} is not JSON: {fault.msg.lower()} at {place}", "policy-json") from fault
    return found


def read_json_or_text(written: Json) -> Json:
    """Return what *written* says where it is a text that `read_json` reads; everything else stays as it is."""
    if not isinstance(written, str):
        return written
    try:
        return read_json(written)
    except InvalidPolicyError:
        return written


def json_or_text(written: Json) -> Json:
    """Return what *written* says where it is a text of JSON, as AWS answers it; of a key written twice the last counts.

    Raises:
        InvalidPolicyError: it is nested deeper than any policy.
    """
    if not isinstance(written, str):
        return written
    try:
        loaded: object = json.loads(written)
    except (ValueError, RecursionError):
        return written
    return as_json(loaded)


def repeated_key(pairs: list[tuple[str, Json]]) -> str | None:
    """Return the first key that *pairs*, the members of an object as they are written, have a second time."""
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return key
        seen.add(key)
    return None


def as_json(value: object, depth: int = 0) -> Json:
    """Return loaded data as `read_json` would have read it."""
    if depth > MAX_DEPTH:
        raise _refused(f"the policy is nested more than {MAX_DEPTH} levels deep", "policy-nesting")
    match value:
        case None | bool() | str():
            return value
        case int():
            return Number(value)
        case float() if math.isfinite(value):
            return Number(repr(value))
        case list() | tuple():
            return [as_json(each, depth + 1) for each in value]
        case dict():
            return {str(key): as_json(each, depth + 1) for key, each in value.items()}
        case _:
            raise _refused(f"a policy cannot hold a {type(value).__name__}", "policy-json")


def compact(value: Json) -> str:
    """Write *value* without spaces, as ECR counts its characters."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _depth(text: str) -> int:
    """Count the brackets that are open at the same time; those within strings only increase the number."""
    depth = deepest = 0
    quoted = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted
        elif character == '"':
            quoted = not quoted
        elif not quoted and character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif not quoted and character in "]}":
            depth -= 1
    return deepest


def _without_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _refused(f"the key '{repeated_key(pairs)}' is written twice in one object", "policy-duplicate")
    return found


def _constant(text: str) -> Json:
    raise _refused(f"{text} is not JSON", "policy-json")


def _refused(what: str, code: str) -> InvalidPolicyError:
    return InvalidPolicyError([Problem(code, Severity.ERROR, what)])

"""Read the resources of a snapshot, and check each.

A snapshot can be edited by people and by other programs. A wrong value would be compared as if it were live, so an
adoption could certify a loss.
"""

from collections.abc import Mapping
from typing import Any

from shared_ecr.documents.json_text import Json, json_or_text
from shared_ecr.documents.live.live_registry import POLICY_IN, LiveResource
from shared_ecr.documents.live.resource_shapes import SHAPES, faults
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.text import first_few, quoted

OWN = "shared-ecr"
LIVE = "live"
_ABOUT = ("owner", "created", "policyText", "key_manager", "key_owner", "role_owner")


class InvalidResourceError(ValueError):
    """A resource of a snapshot does not have the form of its type; the text says which, and where."""


def read_resources(resources: Mapping[str, Json]) -> tuple[LiveResource, ...]:
    """Read the resources of a snapshot, by their logical ids.

    Raises:
        InvalidResourceError: one is of an unknown type, lacks a property, has one of another form, is there twice, or
            has a policy that its text does not say.
    """
    found = tuple(_read(name, each) for name, each in resources.items())
    named: dict[tuple[str, str], str] = {}
    for name, resource in zip(resources, found, strict=True):
        first = named.setdefault((resource.kind, resource.name), name)
        if first != name:
            raise InvalidResourceError(f"{quoted(first)} and {quoted(name)} are the same resource")
    return found


def _read(name: str, data: Json) -> LiveResource:
    where = f"Resources.{name}"
    match data:
        case {
            "Type": str() as kind,
            "Properties": dict() as properties,
            "Metadata": {"shared-ecr": {"live": dict() as about}},
        }:
            pass
        case _:
            raise InvalidResourceError(f"{quoted(where)} does not have Type, Properties and the Metadata of a snapshot")
    if kind not in SHAPES:
        raise InvalidResourceError(f"{quoted(where)} is of type {quoted(kind)}, which no registry has")
    if wrong := list(faults(properties, SHAPES[kind], f"{where}.Properties")):
        raise InvalidResourceError(first_few(wrong))
    if odd := [key for key, value in about.items() if key not in _ABOUT or not (value is None or type(value) is str)]:
        raise InvalidResourceError(f"the Metadata of {quoted(where)} has an odd {first_few(map(quoted, odd))}")
    _check_policy(where, properties.get(POLICY_IN.get(kind, "")), about.get("policyText"))
    texts: dict[str, Any] = about
    return LiveResource(
        kind,
        properties,
        texts.get("owner"),
        texts.get("created"),
        texts.get("policyText"),
        texts.get("key_manager"),
        texts.get("key_owner"),
        texts.get("role_owner"),
    )


def _check_policy(where: str, held: Json, text: Json) -> None:
    """Refuse a policy of which the text and the parsed form differ: one of them is not what is live."""
    if held is None and text is None:
        return
    if held is None or not isinstance(text, str):
        raise InvalidResourceError(f"{quoted(where)} has a policy without its policyText, or a policyText alone")
    if held != text and _plain(held) != _plain(_parsed(text)):
        raise InvalidResourceError(f"the policy of {quoted(where)} is not the one of its policyText")


def _parsed(text: str) -> Json:
    try:
        return json_or_text(text)
    except InvalidPolicyError:
        return text


def _plain(value: Json) -> Json:
    """Return *value* with numbers as texts, as a document keeps them."""
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case str():
            return str(value)
        case _:
            return value

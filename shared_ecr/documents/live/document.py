"""The live registry as a document: a CloudFormation template whose metadata says when and where it was read.

It is not meant to be deployed: it is read by `review`, `access` and `fate` like any template, and it is the backup from
which an adoption can be undone.
"""

import json
from typing import Any

from shared_ecr.documents.json_text import Json, Number, repeated_key
from shared_ecr.documents.live.live_registry import DeniedRead, LiveRegistry, LiveResource
from shared_ecr.documents.live.resource_reader import LIVE, OWN, InvalidResourceError, read_resources
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, Region
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

FORMAT = 1
# 20,000 repositories with long policies, twice what an account may have without asking.
MAX_CHARACTERS = 256 * 1024 * 1024
_ESCAPED_HALF = LazyPattern(r"\\u[dD][89a-fA-F]")


class DuplicateKeyError(ValueError):
    """An object of a snapshot has a key twice."""


def render_document(registry: LiveRegistry) -> dict[str, Any]:
    """Render *registry*; equal registries give equal documents."""
    live = {
        "format": FORMAT,
        "account": str(registry.account),
        "region": str(registry.region),
        "taken": registry.taken,
        "selection": list(registry.selection),
        "unread": [
            {"repository": each.repository or None, "action": each.action, "why": each.why} for each in registry.unread
        ],
    }
    if registry.unknown:
        live["unknown"] = list(registry.unknown)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"The registry of {registry.account} in {registry.region} as it was at {registry.taken}",
        "Metadata": {OWN: {LIVE: live}},
        "Resources": {each.logical_id: _resource(each) for each in registry.resources},
    }


def is_live(data: Json) -> bool:
    """Whether *data* is a document of this kind."""
    match data:
        case {"Metadata": {"shared-ecr": {"live": dict()}}}:
            return True
        case _:
            return False


def parse_document(text: str, source: str) -> LiveRegistry:
    """Read a document from its *text*; *source* is what errors call it.

    Raises:
        InvalidValueError: it is not a document of a live registry, or of another format.
    """
    data = _loaded(text, source)
    match data:
        case {"Metadata": {"shared-ecr": {"live": dict() as live}}, "Resources": dict() as resources}:
            pass
        case _:
            raise _invalid(source, "it has no Metadata of a snapshot")
    if str(live.get("format")) != str(FORMAT):
        raise _invalid(source, f"its format is {live.get('format')}; this release reads {FORMAT}")
    try:
        return LiveRegistry(
            AccountId.parse(str(live["account"])),
            Region.parse(str(live["region"])),
            str(live["taken"]),
            read_resources(resources),
            tuple(_read_unread(each) for each in _list(live["unread"])),
            tuple(str(each) for each in _list(live.get("selection") or [])),
            tuple(str(each) for each in _list(live.get("unknown") or [])),
        )
    except InvalidResourceError as error:
        raise _invalid(source, str(error)) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise _invalid(source, f"a part is missing or has another form: {error}") from error


def _loaded(text: str, source: str) -> Json:
    """Read the text: numbers keep their digits, as everywhere a policy is compared."""
    if len(text) > MAX_CHARACTERS:
        raise _invalid(source, f"it has more than {MAX_CHARACTERS:,} characters")
    try:
        loaded: Json = json.loads(text, parse_int=Number, parse_float=Number, object_pairs_hook=_once)
    except DuplicateKeyError as error:
        raise _invalid(source, str(error)) from error
    except (ValueError, RecursionError) as error:
        raise _invalid(source, "it is not JSON") from error
    if _ESCAPED_HALF.search(text) and not _is_whole(loaded):
        raise _invalid(source, "a text in it has half of a character (a lone surrogate), which cannot be written")
    return loaded


def _is_whole(loaded: Json) -> bool:
    try:
        json.dumps(loaded, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _once(pairs: list[tuple[str, Json]]) -> Json:
    """Refuse a key that is written twice: readers do not agree on which value counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKeyError(f"the key {quoted(repeated_key(pairs) or '')} is there twice in one object")
    return found


def _resource(each: LiveResource) -> dict[str, Any]:
    about = {
        "owner": each.owner,
        "created": each.created,
        "key_manager": each.key_manager,
        "key_owner": each.key_owner,
        "role_owner": each.role_owner,
        "policyText": each.policy_text,
    }
    return {
        "Type": each.kind,
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Metadata": {OWN: {LIVE: {key: value for key, value in about.items() if value is not None}}},
        "Properties": dict(each.properties),
    }


def _read_unread(data: Any) -> DeniedRead:
    return DeniedRead(str(data["repository"] or ""), str(data["action"]), str(data["why"]))


def _list(data: Json) -> list[Json]:
    if not isinstance(data, list):
        raise TypeError("expected a list")
    return data


def _invalid(source: str, why: str) -> InvalidValueError:
    return InvalidValueError(
        f"{source} is not a snapshot of a registry",
        why=why[0].upper() + why[1:],
        fix="Make one with 'shared-ecr snapshot --save FILE'",
        code="snapshot",
    )


def render_text(registry: LiveRegistry) -> str:
    """Render the document as text, with a line end."""
    return f"{json.dumps(render_document(registry), indent=1, ensure_ascii=True)}\n"

"""The resource schemas of CloudFormation, which cfn-lint ships."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cfnlint  # type: ignore[import-untyped]  # it ships no types

_SCHEMAS = Path(cfnlint.__file__).parent / "data/schemas"
_FILES: dict[str, str] = json.loads((_SCHEMAS / "providers/us-east-1.json").read_text(encoding="utf-8"))
TYPES_OF_ECR = sorted(type_ for type_ in _FILES if type_.startswith("AWS::ECR::"))


def schema(type_: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_SCHEMAS / f"resources/{_FILES[type_]}.json").read_text(encoding="utf-8"))
    return found


def leaves(type_: str) -> set[str]:
    """Return the paths of all properties that a template can write: `Tags[].Key`."""
    whole = schema(type_)
    read_only = {path.removeprefix("/properties/") for path in whole.get("readOnlyProperties", ())}
    return {
        path
        for name, body in whole["properties"].items()
        if name not in read_only
        for path in _below(whole, body, name)
    }


def _below(whole: dict[str, Any], body: dict[str, Any], path: str) -> Iterator[str]:
    if "$ref" in body:
        body = whole["definitions"][body["$ref"].rpartition("/")[2]]
    if body.get("type") == "array":
        yield from _below(whole, body["items"], f"{path}[]")
    elif body.get("properties"):
        for name, each in body["properties"].items():
            yield from _below(whole, each, f"{path}.{name}")
    else:
        yield path

"""Read synthesized templates: the resources of a type, and the statements of repository policies."""

import json
from collections.abc import Iterator
from typing import Any

REPOSITORY, KEY, PARAMETER = "AWS::ECR::Repository", "AWS::KMS::Key", "AWS::SSM::Parameter"


def resources(template: str, type_: str) -> list[dict[str, Any]]:
    """Return the resources of one type, in the template's order."""
    return [each for each in json.loads(template)["Resources"].values() if each["Type"] == type_]


def properties(template: str, type_: str) -> list[dict[str, Any]]:
    """Return the properties of the resources of one type, in the template's order."""
    return [each["Properties"] for each in resources(template, type_)]


def statements(template: str) -> Iterator[dict[str, Any]]:
    """Yield the statements of all repository policies."""
    for each in properties(template, REPOSITORY):
        yield from each.get("RepositoryPolicyText", {}).get("Statement", [])


def texts(node: Any) -> Iterator[str]:
    """Yield every string in *node*, keys included."""
    match node:
        case dict():
            for key, value in node.items():
                yield key
                yield from texts(value)
        case list():
            for item in node:
                yield from texts(item)
        case str():
            yield node

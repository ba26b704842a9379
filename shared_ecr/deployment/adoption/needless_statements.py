"""Find statements of a declaration that a grant says exactly: a grant is shorter, and is checked as one."""

import json
from collections.abc import Iterator
from typing import Any

from shared_ecr.access.requests import TargetRepository
from shared_ecr.declaration import Declaration
from shared_ecr.declaration.statements import plain
from shared_ecr.deployment.adoption.recognition import RecognisedGrant, recognise
from shared_ecr.deployment.adoption.yaml_writer import flow_text
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.problems import Problem, Severity

# What is equal for one name is equal for each: a grant names no repository.
_ANY_NAME = "any/repository"


def needless_statements(declaration: Declaration, file: str) -> Iterator[Problem]:
    """Yield a warning for each statement that a grant says exactly; *file* is what messages call the declaration."""
    registry = declaration.registry
    region = registry.regions[0]
    target = TargetRepository(str(registry.account), str(region), _ANY_NAME, str(region.partition))
    names = {str(account): name for name, account in registry.accounts.items()}
    for path, node in _statements(declaration.document):
        data = _data(node)
        if data is None:
            continue
        found = recognise({"Version": "2012-10-17", "Statement": [data]}, target)
        if found.grants and not found.statements:
            yield Problem(
                "statement-as-grant", Severity.WARNING, "a grant gives exactly the same access",
                "A grant is shorter, and it always has the actions that ECR needs",
                f"Write {_grants(found.grants, names)}", path=path,
                file=node.position.file or file, position=node.position,
            )  # fmt: skip


def _statements(document: Node) -> Iterator[tuple[str, Node]]:
    """Yield each statement of a policy of repositories, where it is written."""
    for path, holder in _holders(document):
        listed = holder.get("statements") if isinstance(holder, Mapping) else None
        for index, item in enumerate(listed.items if isinstance(listed, Sequence) else ()):
            if isinstance(item, Mapping) and (statement := item.get("statement")) is not None:
                yield f"{path}.statements[{index}].statement", statement


def _holders(document: Node) -> Iterator[tuple[str, Node]]:
    """Yield everything that may have statements for repositories."""
    if not isinstance(document, Mapping):
        return
    for section, node in document:
        match section, node:
            case "defaults", Mapping():
                yield section, node
            case (("repositories" | "profiles"), Mapping()):
                yield from ((f"{section}.{name}", each) for name, each in node)
            case "registry", Mapping():
                templates = node.get("creation_templates")
                for name, each in templates if isinstance(templates, Mapping) else ():
                    yield f"registry.creation_templates.{name}", each
            case _:
                continue


def _data(node: Node) -> dict[str, Any] | None:
    held = json.loads(node.text) if isinstance(node, Scalar) else plain(node)
    return held if isinstance(held, dict) else None


def _grants(found: tuple[RecognisedGrant, ...], names: dict[str, str]) -> str:
    levels: dict[str, list[object]] = {}
    for each in found:
        levels.setdefault(str(each.grant.level), []).append(_named(each.written, names))
    return f"'grants: {flow_text(levels)}'"


def _named(written: object, names: dict[str, str]) -> object:
    """Return *written* with the declared names of accounts."""
    match written:
        case dict():
            return {key: names.get(value, value) if key == "account" else value for key, value in written.items()}
        case _:
            return written

import json
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.declaration.consumers import _KINDS
from shared_ecr.declaration.keys import KEYS
from shared_ecr.declaration.properties import PROPERTIES
from shared_ecr.declaration.schema import render
from shared_ecr.declaration.schema.consumers import KINDS
from shared_ecr.declaration.schema.document import schema
from shared_ecr.declaration.settings import DECLARED
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.documents.yaml import read_document

ROOT = Path(__file__).parents[3]
COMMITTED = ROOT / "schema/registry.schema.json"
DECLARATIONS = ROOT / "tests/declarations"
ACCEPTED = [ROOT / "registry.yaml", *sorted((DECLARATIONS / "accepted").glob("*.yaml"))]
REJECTED = sorted((DECLARATIONS / "rejected").glob("*.yaml"))
# What a schema can see: kinds of values and keys that are not known.
STRUCTURAL = ("unknown-key", "type-", "config-shape", "schema-version")


def plain(node: Node) -> Any:
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, value in node}


def document(path: Path) -> Any:
    node, _ = read_document(path.read_bytes(), path.name)
    return plain(node) if node else None


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_the_committed_schema_is_the_one_that_is_rendered() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == render(), (
        "make it again: shared-ecr schema > schema/registry.schema.json"
    )


def test_the_schema_knows_the_keys_that_are_read() -> None:
    made = schema()
    assert set(made["properties"]) == set(KEYS)
    assert set(made["$defs"]["properties"]["properties"]) == set(PROPERTIES)
    assert set(KINDS) == set(_KINDS)
    assert set(DECLARED) < set(made["properties"]["registry"]["properties"])


def test_every_reference_leads_to_a_definition() -> None:
    text = json.dumps(schema())
    asked = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert asked == set(schema()["$defs"]) & asked
    assert asked


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_what_is_accepted_is_valid(path: Path, validator: Any) -> None:
    assert [error.message for error in validator.iter_errors(document(path))] == []


def is_structural(line: str) -> bool:
    return line.rsplit("[", 1)[1].startswith(STRUCTURAL)


def faults_a_schema_sees(path: Path) -> list[str]:
    beside = path.with_suffix(".txt")
    shown = beside.read_text(encoding="utf-8") if beside.exists() else ""
    return [line for line in shown.splitlines() if is_structural(line)]


@pytest.mark.parametrize("path", [path for path in REJECTED if faults_a_schema_sees(path)], ids=lambda path: path.stem)
def test_what_is_rejected_for_its_structure_is_not_valid(path: Path, validator: Any) -> None:
    read = document(path)
    assert read is None or not validator.is_valid(read)

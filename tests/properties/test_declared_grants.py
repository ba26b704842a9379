"""What is declared as a grant is a grant, or is refused with a problem: none is left out in silence."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from shared_ecr.declaration import parse
from shared_ecr.declaration.consumers import _KINDS
from shared_ecr.declaration.schema.document import schema
from shared_ecr.findings import Severity
from shared_ecr.findings.problems import InvalidDeclarationError

ROOT = Path(__file__).parents[2]
# What belongs in hardly any place, and is of every kind.
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, "", " ", "x", "*", "${env:UNSET:-x}", 111111111111),
    *([], {}, [None], [""], ["x"], {"x": 1}),
)
FOLDERS = ("e2e/everything.yaml", "templates/golden/*/registry.yaml", "declarations/accepted/*.yaml")
STRUCTURAL = ("unknown-key", "missing-key", "type-")
_WHOLE: dict[str, Any] = {
    "version": 1,
    "organization": "o-a1b2c3d4e5",
    "registry": {"account": "111111111111", "regions": ["us-east-1"]},
}


def entries(node: Any, key: str = "") -> Iterator[Any]:
    """Yield every consumer of a declaration."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from entries(value, name)
    elif isinstance(node, list):
        for item in node:
            if key in {"pull", "push", "pull_push", "describe"}:
                yield item
            else:
                yield from entries(item)


def samples() -> dict[str, tuple[dict[str, Any], Any]]:
    """Return a consumer of each shape that is accepted somewhere, with the accounts that it may name."""
    found: dict[str, tuple[dict[str, Any], Any]] = {}
    for path in sorted(path for folder in FOLDERS for path in (ROOT / "tests").glob(folder)):
        document = yaml.safe_load(path.read_text()) or {}
        for each in entries(document):
            if isinstance(each, dict):
                shape = json.dumps(
                    {key: sorted(value) if isinstance(value, dict) else "" for key, value in each.items()}
                )
                found.setdefault(shape, (document.get("accounts", {}), each))
    return found


SAMPLES = samples()


def changed(node: Any) -> Iterator[Any]:
    """Yield *node* with each place of it replaced by each odd value, and without each of its keys."""
    yield from ODD
    if isinstance(node, dict):
        for key, value in node.items():
            yield {name: each for name, each in node.items() if name != key}
            yield from ({**node, key: other} for other in changed(value))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from ([*node[:number], other, *node[number + 1 :]] for other in changed(value))


def declared(accounts: dict[str, Any], consumer: Any) -> dict[str, Any]:
    grants = {"describe": [copy.deepcopy(consumer)]}
    return {**_WHOLE, "accounts": accounts, "repositories": {"team/app": {"grants": grants}}}


def test_every_kind_of_consumer_has_a_sample() -> None:
    assert set(_KINDS) <= {key for _, consumer in SAMPLES.values() for key in consumer}


@pytest.mark.parametrize("shape", SAMPLES)
def test_a_changed_consumer_is_a_grant_or_a_problem_and_the_schema_agrees_about_its_structure(shape: str) -> None:
    accounts, consumer = SAMPLES[shape]
    validator = jsonschema.Draft202012Validator(schema())
    for other in changed(consumer):
        document = declared(accounts, other)
        codes: set[str] = set()
        try:
            (spec,) = parse(json.dumps(document)).registry.repositories
            assert len(spec.grants) == 1, other
        except InvalidDeclarationError as refused:
            codes = {each.code for each in refused.problems if each.severity is Severity.ERROR}
            assert codes, other
        valid = validator.is_valid(document)
        assert valid or codes, other
        # A variable can be any value, as the schema has it.
        structural = {code for code in codes if code.startswith(STRUCTURAL)}
        assert not valid or not structural or "UNSET" in json.dumps(other), other

"""Statements that a grant says exactly, and those that only look like one."""

import json
from textwrap import indent
from typing import Any

import pytest

from live_registries import PULL, statement
from shared_ecr.declaration import parse
from shared_ecr.deployment.adoption.needless_statements import needless_statements

HEAD = 'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\naccounts: {staging: "222222222222"}\n'
ROOT = "arn:aws:iam::222222222222:root"
WHOLE = statement({"AWS": ROOT})


def fixes(section: str, *written: object) -> list[tuple[str, str]]:
    items = json.dumps([{"reason": "as found", "statement": each} for each in written])
    declaration = parse(f"{HEAD}{section}\n{indent(f'statements: {items}', '    ')}\n", "registry.yaml")
    return [(each.path, each.fix) for each in needless_statements(declaration, "registry.yaml")]


def test_a_statement_that_a_grant_says_is_reported_with_the_grant() -> None:
    path = "repositories.shop.statements[0].statement"
    assert fixes("repositories:\n  shop:", WHOLE) == [(path, "Write 'grants: {pull: [{account: staging}]}'")]


def test_a_statement_that_is_pasted_as_text_is_recognised() -> None:
    assert len(fixes("repositories:\n  shop:", json.dumps(WHOLE))) == 1


@pytest.mark.parametrize(
    ("section", "path"),
    [("repositories: {}\nprofiles:\n  guarded:", "profiles.guarded"), ("repositories: {}\ndefaults:", "defaults")],
    ids=["profile", "defaults"],
)
def test_every_place_of_statements_is_looked_at(section: str, path: str) -> None:
    assert [found for found, _ in fixes(section, WHOLE)] == [f"{path}.statements[0].statement"]


NEAR: dict[str, dict[str, Any]] = {
    "an action less": statement({"AWS": ROOT}, PULL[:2]),
    "an action more": statement({"AWS": ROOT}, [*PULL, "ecr:DescribeImages", "ecr:DeleteRepository"]),
    "a condition of its own": statement({"AWS": ROOT}, Condition={"Bool": {"aws:SecureTransport": "true"}}),
    "a Deny": {**WHOLE, "Effect": "Deny"},
}


@pytest.mark.parametrize("near", NEAR.values(), ids=NEAR)
def test_a_statement_that_only_looks_like_a_grant_is_left_alone(near: dict[str, Any]) -> None:
    assert fixes("repositories:\n  shop:", near) == []

"""What a review advises is in the words of the template; the model words it twice where the words differ."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.review.findings import RuleFinding

ROOT = Path(__file__).parents[4]
# The types by which the review reads the properties of a template.
MODULES = sorted((ROOT / "shared_ecr" / "model" / "settings").glob("*.py"))


def declared_keys() -> set[str]:
    """Return every key of the declaration that no property of a template is called."""
    schema = (ROOT / "schema" / "registry.schema.json").read_text(encoding="utf-8")
    found: set[str] = set()

    def walk(node: object) -> None:
        match node:
            case dict():
                found.update(node.get("properties", {}))
                for each in node.values():
                    walk(each)
            case list():
                for each in node:
                    walk(each)

    walk(json.loads(schema))
    return found


def errors(module: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each error that *module* makes: its line, and the source of its keyword arguments."""
    source = module.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="InvalidValueError"), keywords=keywords):
                yield (
                    node.lineno,
                    {each.arg or "": ast.get_source_segment(source, each.value) or "" for each in keywords},
                )


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_advice_that_names_a_key_of_the_declaration_has_its_twin_for_templates(module: Path) -> None:
    keys = declared_keys()
    lacking = [
        line
        for line, said in errors(module)
        if keys.intersection(re.findall(r"'([a-z_]+)[':]", said.get("fix", ""))) and "fix_in_template" not in said
    ]
    assert lacking == []


def test_the_declaration_has_keys_to_look_for() -> None:
    assert {"host", "secret", "upstream_prefix", "custom_role", "prefixes"} <= declared_keys()


def test_a_review_takes_the_words_of_the_template() -> None:
    fault = InvalidValueError("it is wrong", code="x", fix="Leave 'host' out", fix_in_template="Correct Host")
    assert RuleFinding.of(fault).fix == "Correct Host"


def test_advice_in_common_words_is_taken_as_it_is() -> None:
    assert RuleFinding.of(InvalidValueError("it is wrong", code="x", fix="Write 12 digits")).fix == "Write 12 digits"

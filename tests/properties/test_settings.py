"""Whatever is where a setting is expected, its fault is shown; what is accepted renders."""

import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_ecr.declaration import parse
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.settings.account_settings import called_settings
from shared_ecr.model.settings.registry_policy import registry_policy
from shared_ecr.model.settings.replicas import replicas

_FILE = Path(__file__).parents[1] / "declarations" / "accepted" / "settings-all.yaml"
_DOCUMENT: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
_WORDS = [
    "",
    "*",
    "ROOT",
    "team",
    "team/",
    "Team",
    "us-east-1",
    "arn:aws:iam::1:role/a",
    "home",
    "basic",
    "\u200b",
    "a" * 300,
]
_ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 10**12), st.sampled_from(_WORDS), st.text(max_size=5),
    st.lists(st.sampled_from(_WORDS), max_size=3),
    st.dictionaries(st.sampled_from(_WORDS), st.sampled_from(_WORDS), max_size=2),
)  # fmt: skip


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place for key, value in inner for place in ((*path, key), *_places(value, (*path, key)))]


_PLACES = [place for place in _places(_DOCUMENT) if place[0] in {"registry", "public_repositories"}]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_PLACES), _ODD), min_size=1, max_size=3))
def test_a_setting_is_refused_with_its_fault_or_renders(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    document: Any = _DOCUMENT
    for place, value in changes:
        document = _changed(document, place, value)
    try:
        registry = parse(json.dumps(document)).registry
    except InvalidDeclarationError:
        return
    for home in registry.registries:
        registry_policy(registry.settings, home)
        list(called_settings(registry.settings, home))
        for destination in registry.replica_registries:
            replicas(home, registry.repositories, registry.settings, destination)


def _changed(node: Any, place: tuple[Any, ...], value: Any) -> Any:
    """Return *node* with *value* at *place*, or as it is where an earlier change took the place away."""
    if not place:
        return value
    key, *rest = place
    if isinstance(node, dict) and key in node:
        return {**node, key: _changed(node[key], tuple(rest), value)}
    if isinstance(node, list) and isinstance(key, int) and key < len(node):
        return [*node[:key], _changed(node[key], tuple(rest), value), *node[key + 1 :]]
    return node

"""Names lead to one thing each: a class is found by its name, a file by what an engineer of the field searches for."""

import ast
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("shared_ecr", "constructs", "stacks") for path in (ROOT / folder).rglob("*.py"))
# The service's own words: each room that knows about replication has a file of that name. A protocol is interface.py.
TERMS = {"__init__", "interface", "repositories", "public_repositories"}
# A setting has the name of its key in each room: docs/adr/0058-settings-are-a-table.md.
TERMS |= {path.stem for path in (ROOT / "shared_ecr/declaration/settings").glob("*.py")}
MOST = 4
SAYS_NOTHING = {"utils", "util", "helpers", "common", "manager", "base", "misc", "data", "reading", "things", "core"}


def test_no_class_name_is_used_twice() -> None:
    places = defaultdict(list)
    for path in SOURCES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_file_name_is_used_too_often() -> None:
    counted = Counter(path.stem for path in SOURCES)
    assert {name: count for name, count in counted.items() if count > MOST and name not in TERMS} == {}


def test_every_file_name_says_what_is_inside() -> None:
    assert [str(path.relative_to(ROOT)) for path in SOURCES if path.stem in SAYS_NOTHING] == []

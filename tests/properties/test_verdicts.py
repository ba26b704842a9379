"""No other way to write a change, and nothing unknown in it, turns a review that blocks into a green one.

FUZZ=5000 tries more pairs for each transformation, FUZZ_FROM=N others.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from properties.verdict_transforms import Body, TemplateWriter, nested, renamed
from review.changes.row_examples import EXAMPLES
from review.changes.test_attacks import ATTACKS
from review.two_sides import blocking, reviewed, template
from shared_ecr.review.verdict import Conclusion

RUNS = int(os.environ.get("FUZZ", "40"))
FIRST = int(os.environ.get("FUZZ_FROM", "0"))
PARAMETERS = {name: {"Type": "String"} for name in ("Open", "Other")}
Sides = tuple[Body, Body]
Change = Callable[[TemplateWriter, Body, Body], Sides | None]


def written(resources: object) -> Body:
    return template(dict(resources), Parameters=dict(PARAMETERS))  # type: ignore[call-overload]  # both kinds are mappings


HARMFUL: list[Sides] = [
    *((written(each.before), written(each.after)) for each in ATTACKS if each.severity == "error"),
    *((written(each.before), written(each.after)) for each in EXAMPLES),
]
HARMLESS: list[Sides] = [
    (written(each.twin_of or each.before), written(each.twin)) for each in ATTACKS if each.twin is not None
]


def renamed_alike(before: Body, after: Body) -> Sides:
    names = {name: f"Renamed{name}" for name in {**before["Resources"], **after["Resources"]}}
    return renamed(before, names), renamed(after, names)


CHANGES: dict[str, Change] = {
    "another expression on the new side": lambda by, old, new: (old, by.equal(new)),
    "another expression on the previous side": lambda by, old, new: (by.equal(old), new),
    "other expressions on both sides": lambda by, old, new: (by.equal(old), by.equal(new)),
    "another order": lambda by, old, new: (by.reordered(old), by.reordered(new)),
    "other logical ids": lambda _, old, new: renamed_alike(old, new),
    "other resources beside": lambda by, old, new: (by.with_others(old), by.with_others(new)),
    "in one world alone": lambda by, old, new: by.in_one_world(old, new),
    "beside an unknown value": lambda by, old, new: (
        None if "Custom::" in f"{old}{new}" else by.unknown_beside(old, new)
    ),
    "nested in another stack": lambda _, old, new: (nested(old), nested(new)),
}


def blocks_by_itself(folder: Path, sides: Sides) -> bool:
    return bool(blocking(reviewed(folder, *sides)))


@pytest.mark.parametrize("name", CHANGES)
def test_a_harm_that_is_written_otherwise_blocks(tmp_path: Path, name: str) -> None:
    for seed in range(FIRST, FIRST + RUNS):
        chance = random.Random(f"{name} {seed}")
        sides = chance.choice(HARMFUL)
        changed = CHANGES[name](TemplateWriter(chance), *sides)
        if changed is not None and not blocks_by_itself(tmp_path / "changed", changed):
            assert not blocks_by_itself(tmp_path / "own", sides), f"seed {seed}: {changed}"


def test_a_harm_in_which_a_value_is_unknown_is_never_clear(tmp_path: Path) -> None:
    for seed in range(FIRST, FIRST + 2 * RUNS):
        chance = random.Random(f"unknown {seed}")
        old, new = chance.choice(HARMFUL)
        unknown = TemplateWriter(chance).unknown(new)
        if unknown is not None and reviewed(tmp_path / "changed", old, unknown).conclusion is Conclusion.CLEAR:
            assert not blocks_by_itself(tmp_path / "own", (old, new)), f"seed {seed}: {unknown}"


@pytest.mark.parametrize("name", ["other expressions on both sides", "another order", "other logical ids"])
def test_a_harmless_change_that_is_written_otherwise_does_not_block(tmp_path: Path, name: str) -> None:
    for seed in range(FIRST, FIRST + RUNS):
        chance = random.Random(f"harmless {name} {seed}")
        sides = chance.choice(HARMLESS)
        changed = CHANGES[name](TemplateWriter(chance), *sides)
        if changed is not None and blocks_by_itself(tmp_path / "changed", changed):
            assert blocks_by_itself(tmp_path / "own", sides), f"seed {seed}: {changed}"

"""A review agrees with a naive reader of plans. FUZZ=2000 tries ten times as many plans, FUZZ_FROM=N others."""

import os
import random
from pathlib import Path

import pytest

from properties.documents import broken
from properties.naive_plans import PlanMaker
from review.terraform_plans import blocking, codes, reviewed
from shared_ecr.findings.errors import SharedEcrError
from shared_ecr.review.reports.text import render_text

CASES = int(os.environ.get("FUZZ", "200"))
FIRST = int(os.environ.get("FUZZ_FROM", "0"))
STEP = 50
# A fourth of them is enough for what each plan is changed for again.
FEWER = range(FIRST, FIRST + max(CASES // 4, STEP), STEP)


@pytest.mark.parametrize("start", range(FIRST, FIRST + CASES, STEP))
def test_a_review_blocks_where_a_naive_reader_does_and_nowhere_else(tmp_path: Path, start: int) -> None:
    for seed in range(start, start + STEP):
        made = PlanMaker(seed).make()
        found = codes(reviewed(tmp_path, made.document))
        is_agreed = bool(found) if made.reasons else found <= set(made.excused)
        assert is_agreed, f"{seed}: the reader: {made.reasons}; the review: {found}"


def test_the_plans_are_of_both_kinds() -> None:
    made = [bool(PlanMaker(seed).make().reasons) for seed in range(200)]
    assert 30 <= sum(made) <= 170


@pytest.mark.parametrize("start", FEWER)
def test_a_plan_of_another_structure_is_reviewed_or_refused(tmp_path: Path, start: int) -> None:
    for seed in range(start, start + STEP):
        try:
            shown = render_text(reviewed(tmp_path, broken(seed, [PlanMaker(seed).make().document])))
        except SharedEcrError:
            continue
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        assert shown


CUT = ("prior_state", "planned_values", "configuration", "resource_changes", "variables", "timestamp")


@pytest.mark.parametrize("start", FEWER)
def test_cutting_a_plan_never_makes_it_harmless(tmp_path: Path, start: int) -> None:
    for seed in range(start, start + STEP):
        made, chance = PlanMaker(seed).make(), random.Random(seed)
        if not made.reasons:
            continue
        for part in chance.sample(CUT, chance.randrange(1, 4)):
            made.document.pop(part, None)
        if not {"resource_changes", "prior_state", "planned_values"} & set(made.document):
            continue
        assert blocking(reviewed(tmp_path, made.document)), f"{seed}: {made.reasons}"

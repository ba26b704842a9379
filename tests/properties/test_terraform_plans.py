"""A review agrees with a naive reader of plans. FUZZ=2000 tries ten times as many plans, FUZZ_FROM=N others."""

import os
from pathlib import Path

import pytest

from properties.naive_plans import PlanMaker
from review.terraform_plans import codes, reviewed

CASES = int(os.environ.get("FUZZ", "200"))
FIRST = int(os.environ.get("FUZZ_FROM", "0"))
STEP = 50


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

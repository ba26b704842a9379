"""Inputs on which the review was wrong in the field: each has the answer that it must have.

`../shared/cases/field/README.md` says what an expectation means.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import Outcome, shared_ecr

FIELD = Path(__file__).parents[2].parent / "shared" / "cases" / "field"


def cases() -> list[dict[str, Any]]:
    listed = FIELD / "review.json"
    found = json.loads(listed.read_text(encoding="utf-8")) if listed.exists() else []
    return list(found)


def reviewed(case: dict[str, Any], before: str | None) -> Outcome:
    against = ("--against", before) if before else ()
    file = ("--file", case["file"]) if "file" in case else ()
    return shared_ecr("review", case["after"], *against, *file)


@pytest.mark.skipif(not FIELD.is_dir(), reason="the shared cases are not beside this repository")
@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["name"]))
def test_a_field_case_has_its_answer(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIELD)
    found = reviewed(case, case.get("before"))
    assert found.code in {0, 1}, found.stderr
    word, _, pattern = case["expect"].partition(":")
    match word:
        case "block":
            assert found.code == 1, case["why"]
        case "pass":
            assert found.code == 0, case["why"]
        case "told":  # codespell:ignore
            assert found.code == 1 or re.search(pattern, found.stdout, re.IGNORECASE), case["why"]
        case "nottold":
            assert not re.search(pattern, found.stdout, re.IGNORECASE), case["why"]
        case "block|told":  # codespell:ignore
            same = shared_ecr("review", case["before"], "--against", case["before"]).stdout.splitlines()
            says_more = set(found.stdout.splitlines()[1:]) - set(same)
            assert found.code == 1 or says_more, case["why"]
        case _:
            pytest.fail(f"an expectation that this test does not know: {case['expect']}")

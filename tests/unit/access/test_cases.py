import json
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.access.decisions import answers

CASES = Path(__file__).parents[3].parent / "shared/cases/access.json"


def cases() -> list[Any]:
    if not CASES.exists():
        return [pytest.param({}, marks=pytest.mark.skip(reason=f"{CASES} is not on this machine"))]
    return [pytest.param(each, id=each["name"]) for each in json.loads(CASES.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("case", cases())
def test_a_request_of_the_ground_truth_is_decided_as_aws_documents(case: dict[str, Any]) -> None:
    (answer,) = answers([json.dumps(case)])
    assert answer.document["decision"] == case["expected"], case["why"]

"""Whole documents: each of `bad` has what is in the file beside it, its twin in `good` has nothing.

A line of such a file is a finding: how bad it is, its code, and what it is about. Notes are not reported.
To accept changed findings: UPDATE_EXPECTED=1 pytest tests/review
"""

import os
from pathlib import Path

import pytest

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.findings import Severity
from shared_ecr.model.names import Region
from shared_ecr.review.documents import DeploymentTarget, load_deployment
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.rules import judge

CORPUS = Path(__file__).parent / "corpus"
EXPECTED = ".txt"
PLACE = DeploymentTarget("111111111111", Region("us-east-1"))


def cases(kind: str) -> list[Path]:
    return sorted(path for path in (CORPUS / kind).iterdir() if path.suffix != EXPECTED)


def findings(path: Path) -> list[ReviewFinding]:
    found = judge(load_deployment(path, PLACE), TrustBoundary())
    return [each for each in found if each.severity is not Severity.NOTE]


def shown(path: Path) -> str:
    lines = sorted({f"{each.severity} {each.code}: {each.subject}" for each in findings(path)})
    return "".join(f"{line}\n" for line in lines)


def expected(path: Path, found: str) -> str:
    beside = path.with_suffix(EXPECTED)
    if os.environ.get("UPDATE_EXPECTED"):
        beside.write_text(found, encoding="utf-8")
    return beside.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", cases("bad"), ids=lambda path: path.stem)
def test_a_planted_fault_is_found(path: Path) -> None:
    found = shown(path)
    assert found == expected(path, found)


@pytest.mark.parametrize("path", cases("bad"), ids=lambda path: path.stem)
def test_no_planted_fault_passes(path: Path) -> None:
    assert findings(path)


@pytest.mark.parametrize("path", cases("good"), ids=lambda path: path.stem)
def test_nothing_is_found_in_the_harmless_twin(path: Path) -> None:
    assert list(map(str, findings(path))) == []


def test_every_fault_has_a_harmless_twin() -> None:
    assert [path.name for path in cases("bad")] == [path.name for path in cases("good")]


@pytest.mark.parametrize("path", cases("bad"), ids=lambda path: path.stem)
def test_a_finding_says_what_why_and_what_to_do(path: Path) -> None:
    assert all(each.what and each.why and each.fix for each in findings(path))


@pytest.mark.parametrize("path", cases("bad"), ids=lambda path: path.stem)
def test_a_finding_speaks_of_templates_and_not_of_our_declaration(path: Path) -> None:
    ours = ("the stack makes", "any_of", "'secret'", "custom_role", "upstream_prefix", "'prefixes'", "type: enhanced")
    assert [str(each) for each in findings(path) if any(word in str(each) for word in ours)] == []

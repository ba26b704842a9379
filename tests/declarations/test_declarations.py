"""Whole declarations: each file of `accepted` builds, each of `rejected` says exactly what is beside it.

To accept a changed wording: UPDATE_EXPECTED=1 pytest tests/declarations
"""

import json
import os
from pathlib import Path

import pytest

from shared_ecr.declaration import load, parse
from shared_ecr.declaration.lifecycle import read_lifecycle
from shared_ecr.declaration.reader import Reading
from shared_ecr.documents.yaml import read_document
from shared_ecr.findings.problems import InvalidDeclarationError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ACCEPTED = sorted((HERE / "accepted").glob("*.yaml"))
REJECTED = sorted((HERE / "rejected").glob("*.yaml"))
VALIDATION_CASES = ROOT.parent / "shared" / "cases" / "lifecycle-validation.json"


def reported_about(text: str, file: str) -> str:
    """Return what is said of a declaration, errors and warnings alike."""
    try:
        problems = parse(text, file).warnings
    except InvalidDeclarationError as error:
        problems = error.problems
    return "".join(f"{problem}\n" for problem in problems)


def expected(path: Path, shown: str) -> str:
    beside = path.with_suffix(".txt")
    if os.environ.get("UPDATE_EXPECTED"):
        beside.write_text(shown, encoding="utf-8")
    return beside.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", REJECTED, ids=lambda path: path.stem)
def test_a_fault_is_shown_with_its_place_and_its_repair(path: Path) -> None:
    shown = reported_about(path.read_text(encoding="utf-8"), path.name)
    assert shown == expected(path, shown)


@pytest.mark.parametrize("path", REJECTED, ids=lambda path: path.stem)
def test_nothing_is_built_from_a_declaration_with_a_fault(path: Path) -> None:
    with pytest.raises(InvalidDeclarationError):
        load(path)


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_what_is_legal_is_accepted_with_no_more_than_its_warnings(path: Path) -> None:
    load(path)
    shown = reported_about(path.read_text(encoding="utf-8"), path.name)
    assert shown == expected(path, shown)


def test_every_fault_has_a_code_that_is_documented() -> None:
    documented = (ROOT / "docs/reference/problems.md").read_text(encoding="utf-8")
    shown = "".join(path.with_suffix(".txt").read_text(encoding="utf-8") for path in REJECTED)
    codes = {line.rsplit("[", 1)[1].rstrip("]") for line in shown.splitlines()}
    assert [code for code in sorted(codes) if f"`{code}`" not in documented] == []


def test_a_byte_order_mark_and_windows_line_ends_move_no_position() -> None:
    text = (HERE / "rejected/region-zone-and-unknown.yaml").read_text(encoding="utf-8")
    plain = reported_about(text, "f")
    assert reported_about("\ufeff" + text.replace("\n", "\r\n"), "f") == plain


def test_after_fifty_faults_the_rest_are_counted() -> None:
    names = "".join(f"  Team{number}: {{}}\n" for number in range(60))
    text = f'version: 1\nregistry: {{account: "111111111111", regions: [us-east-1]}}\nrepositories:\n{names}'
    with pytest.raises(InvalidDeclarationError, match="… and 10 more") as caught:
        parse(text)
    assert len(caught.value.problems) == 60


@pytest.mark.skipif(not VALIDATION_CASES.exists(), reason="the shared cases are not beside this checkout")
def test_lifecycle_policies_are_accepted_and_refused_as_aws_does() -> None:
    disagreeing = []
    for case in json.loads(VALIDATION_CASES.read_text(encoding="utf-8")):
        text = case.get("policy_text") or json.dumps(case["policy"])
        document, faults = read_document(text.encode(), "policy.json")
        reading = Reading("policy.json")
        policy = read_lifecycle(reading, document, "") if document else None
        if (policy is not None and not faults and not reading.has_errors) != case["valid"]:
            disagreeing.append(case["name"])
    assert disagreeing == []

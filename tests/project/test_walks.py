"""The walks of ARCHITECTURE.md are the ways that the code really takes, counted while it runs."""

import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import shared_ecr.client.push as push_package
from shared_ecr.cli.main import main
from shared_ecr.findings import Finding, JudgedFinding

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
TEMPLATE = """{"Resources": {"Shop": {"Type": "AWS::ECR::Repository", "DeletionPolicy": "Retain",
"UpdateReplacePolicy": "Retain", "Properties": {"RepositoryName": "team/shop", "ImageTagMutability": "SOMETIMES"}}}}"""


def walk(title: str) -> tuple[str, list[str]]:
    """Return the text of a walk before its steps, and the files of its steps."""
    text = PAGE.split(f"\n## {title}")[1].split("\n## ")[0]
    before, *steps = re.split(r"^\d\. ", text, flags=re.MULTILINE)
    *numbered, last = steps
    files = re.findall(r"`(shared_ecr/[\w/]+\.py)`", "".join([*numbered, last.split("\n\n")[0]]))
    return before, files


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """Review one template with one fault, and note by which files and in which forms its finding passes."""
    template = tmp_path_factory.mktemp("walk") / "template.json"
    template.write_text(TEMPLATE, encoding="utf-8")
    files: set[str] = set()
    forms: set[str] = set()

    def watch(frame: FrameType, event: str, answer: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event != "return" or not path.is_relative_to(ROOT / "shared_ecr"):
            return
        # Every value is made and compared there, whatever it is.
        if path == ROOT / "shared_ecr/records.py":
            return
        for value in (answer, *frame.f_locals.values()):
            finding = value.finding if isinstance(value, JudgedFinding) else value
            if isinstance(finding, Finding) and finding.code == "mutability":
                files.add(path.relative_to(ROOT).as_posix())
                forms.add(type(value).__name__)

    sys.setprofile(watch)
    try:
        code = main(["review", str(template), "--format", "markdown", "--account", "111111111111"])
    finally:
        sys.setprofile(None)
    assert code == 1
    return files, forms


def test_a_finding_passes_through_the_files_of_its_walk_and_through_no_other(seen: tuple[set[str], set[str]]) -> None:
    files, _ = seen
    _, named = walk("A finding")
    # A review of one side has no change, its documents are read before anything is found, and no comment is written.
    elsewhere = {"review/documents/loading", "review/deployments", "review/changes/__init__", "client/forges/github"}
    assert files == set(named) - {f"shared_ecr/{each}.py" for each in elsewhere}
    assert len(files) <= 9


def test_a_finding_takes_the_forms_of_its_walk(seen: tuple[set[str], set[str]]) -> None:
    _, forms = seen
    before, _ = walk("A finding")
    # The last form is the line that a person reads.
    assert forms == set(re.findall(r"`(\w+)`", before))
    assert len(forms) + 1 <= 4


def test_a_push_is_read_in_the_files_that_the_package_names() -> None:
    before, named = walk("A digest")
    rows = re.findall(r"^((?:\w+/\w+)(?:, \w+/\w+)*)  +\S", push_package.__doc__ or "", flags=re.MULTILINE)
    listed = [name for row in rows for name in row.split(", ")]
    ways = {f"shared_ecr/{name}.py" if name.startswith("cli/") else f"shared_ecr/client/{name}.py" for name in listed}
    assert (ways, len(named) < 12) == (set(named), True)
    # The first form is the words of the command line.
    assert len(re.findall(r"`(\w+)`", before)) + 1 <= 6

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from templates.cases import CASES, ROOT, Case
from templates.findings import Finding, acknowledged_to_checkov, repository_of, unacknowledged
from templates.synthesis import SUFFIX

HOW_TO_INSTALL = (
    "checkov is not installed. Its pins conflict with the project's, so it has an environment of its own: "
    "python -m venv .tools/checkov && .tools/checkov/bin/pip install -r locks/checkov.txt"
)

Results = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="session")
def results(folder_of_templates: Path) -> Results:
    """What checkov says of all templates, in one run: its start takes longer than its checks."""
    command = Path(os.environ.get("CHECKOV", ROOT / ".tools" / "checkov" / "bin" / "checkov"))
    if not command.exists():
        pytest.skip(HOW_TO_INSTALL)
    done = subprocess.run(
        [command, "--framework", "cloudformation", "--output", "json", "--skip-download", "-d", folder_of_templates],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0
    found = report["results"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_checkov_fails_nothing_but_what_the_declaration_leaves_unexplained(
    case: Case, synthesized: dict[Case, dict[str, str]], results: Results
) -> None:
    assert _findings(results["failed_checks"], case, synthesized[case]) == unacknowledged(case, "CKV_")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_checkov_shows_as_skipped_what_the_template_acknowledges(
    case: Case, synthesized: dict[Case, dict[str, str]], results: Results
) -> None:
    acknowledged = {each for template in synthesized[case].values() for each in acknowledged_to_checkov(template)}

    assert _findings(results["skipped_checks"], case, synthesized[case]) == acknowledged


@pytest.mark.parametrize("case", CASES, ids=str)
def test_checkov_looks_at_every_template(case: Case, synthesized: dict[Case, dict[str, str]], results: Results) -> None:
    seen = {Path(check["file_path"]).name for check in results["passed_checks"]}

    assert seen >= {f"{case}.{stack}{SUFFIX}" for stack in synthesized[case]}


def _findings(checks: list[dict[str, Any]], case: Case, templates: dict[str, str]) -> set[Finding]:
    """Return those of *checks* that concern *case*, with the repository in place of its logical id."""
    of_file = {f"{case}.{stack}{SUFFIX}": template for stack, template in templates.items()}
    return {
        Finding(check["check_id"], repository_of(of_file[file], check["resource"].rpartition(".")[2]))
        for check in checks
        if (file := Path(check["file_path"]).name) in of_file
    }

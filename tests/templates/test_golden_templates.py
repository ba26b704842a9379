import difflib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from templates.cases import CASES, PROJECT, ROOT, Case
from templates.synthesis import SUFFIX, templates_in

HOW_TO_ACCEPT = "\nIf this is what must be deployed, accept it: UPDATE_GOLDEN=1 pytest tests/templates"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_declaration_becomes_exactly_the_accepted_templates(
    case: Case, synthesized: dict[Case, dict[str, str]]
) -> None:
    if os.environ.get("UPDATE_GOLDEN") == "1":
        case.accept(synthesized[case])
    assert synthesized[case]
    differences = _differences(case.accepted, synthesized[case])
    if differences:
        pytest.fail(f"{case}:\n{differences}{HOW_TO_ACCEPT}", pytrace=False)


def test_a_template_that_was_never_accepted_is_a_difference() -> None:
    assert _differences({}, {"shared-ecr-us-east-1": "{}"}).splitlines() == [
        "--- shared-ecr-us-east-1.template.json (accepted)",
        "+++ shared-ecr-us-east-1.template.json (synthesized)",
        "@@ -0,0 +1 @@",
        "+{}",
    ]


def test_a_template_that_is_no_longer_synthesized_is_a_difference() -> None:
    assert "-{}" in _differences({"shared-ecr-us-east-1": "{}"}, {}).splitlines()


def test_the_app_writes_the_accepted_template(tmp_path: Path) -> None:
    environment = os.environ | {"CDK_OUTDIR": str(tmp_path)}

    subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=environment, check=True, capture_output=True)

    assert templates_in(tmp_path) == PROJECT.accepted


@pytest.mark.slow
def test_the_cdk_command_writes_the_accepted_template(tmp_path: Path) -> None:
    command = ROOT / "node_modules" / ".bin" / "cdk"
    if not command.exists():
        pytest.skip("the CDK command line is not installed: npm ci")
    # cdk.json says `python app.py`: the Python of this run must be the first one found.
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    subprocess.run(
        [command, "synth", "--quiet", "--output", tmp_path],
        cwd=ROOT, env=environment, check=True, capture_output=True,
    )  # fmt: skip

    assert templates_in(tmp_path) == PROJECT.accepted


def _differences(accepted: dict[str, str], synthesized: dict[str, str]) -> str:
    """Return a unified diff of all templates, empty where there is no difference."""
    lines: list[str] = []
    for stack in sorted({*accepted, *synthesized}):
        old, new = (each.get(stack, "").splitlines() for each in (accepted, synthesized))
        name = f"{stack}{SUFFIX}"
        lines += difflib.unified_diff(old, new, f"{name} (accepted)", f"{name} (synthesized)", lineterm="")
    return "\n".join(lines)

import json
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from templates.cases import CASES, ROOT, Case
from templates.findings import Finding, acknowledged_to_guard, repository_of, unacknowledged
from templates.synthesis import SUFFIX

_PACKAGE = ROOT / "node_modules" / "@cdklabs" / "cdk-validator-cfnguard"
_RULES = _PACKAGE / "rules" / "control-tower" / "cfn-guard"
# What the package calls this machine: https://github.com/cdklabs/cdk-validator-cfnguard, src/plugin.ts
_SYSTEM = {"Linux": "ubuntu", "Darwin": "macos"}.get(platform.system(), platform.system())
_PROCESSOR = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
_BINARY = _PACKAGE / "bin" / _SYSTEM / _PROCESSOR / "cfn-guard"
# The rules that look at what these templates hold.
_CONCERNED = {
    "ecr_private_image_scanning_enabled_check",
    "ecr_private_lifecycle_policy_configured_check",
    "ecr_private_tag_immutability_enabled_check",
    "kms_create_grant_aws_service_check",
    "kms_key_rotation_enabled_check",
}


@pytest.fixture(scope="session")
def verdicts(folder_of_templates: Path) -> dict[str, dict[str, Any]]:
    """What all rules of Control Tower say of all templates, by the name of the template's file."""
    if not _RULES.exists():
        pytest.skip("cfn-guard and its rules are not installed: npm ci")
    if not _BINARY.exists():
        pytest.skip(f"cfn-guard does not come for {_SYSTEM} on {_PROCESSOR}")
    paths = ["--rules", str(_RULES), "--data", str(folder_of_templates)]
    shown = ["--structured", "--output-format", "json", "--show-summary", "none"]
    done = subprocess.run([str(_BINARY), "validate", *paths, *shown], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return {Path(verdict["name"]).name: verdict for verdict in json.loads(done.stdout)}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_control_tower_reports_exactly_what_is_acknowledged(
    case: Case, synthesized: dict[Case, dict[str, str]], verdicts: dict[str, dict[str, Any]]
) -> None:
    reported = set[Finding]()
    acknowledged = set[Finding]()
    for stack, template in synthesized[case].items():
        reported |= _reported(verdicts[f"{case}.{stack}{SUFFIX}"], template)
        acknowledged |= acknowledged_to_guard(template)

    assert reported == acknowledged | unacknowledged(case, "CT.")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_rule_on_repositories_and_keys_has_looked(case: Case, verdicts: dict[str, dict[str, Any]]) -> None:
    # Roles of CI systems and builds are in stacks without repositories.
    named = {name: verdict for name, verdict in verdicts.items() if name.startswith(f"{case}.")}
    others = ("-ci-roles-", "-builds-")
    own = [verdict for name, verdict in named.items() if not any(each in name for each in others)]
    assert own
    for verdict in own:
        looked = {*verdict["compliant"], *(rule["Rule"]["name"] for rule in verdict["not_compliant"])}
        assert looked >= _CONCERNED


def _reported(verdict: dict[str, Any], template: str) -> set[Finding]:
    """Read the control out of a rule's message, the resources out of the paths of its failed clauses."""
    findings = set[Finding]()
    for rule in verdict["not_compliant"]:
        text = json.dumps(rule)
        controls = set(re.findall(r"\[(CT\.[A-Z]+\.PR\.[0-9]+)\]", text))
        logical_ids = set(re.findall(r"/Resources/([A-Za-z0-9]+)", text))
        assert controls, f"a rule without a control: {rule['Rule']['name']}"
        assert logical_ids, f"a rule that names no resource: {rule['Rule']['name']}"
        findings |= {Finding(control, repository_of(template, each)) for control in controls for each in logical_ids}
    return findings

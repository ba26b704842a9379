import json
import os
import subprocess
import sys
from pathlib import Path

from templates.cases import ROOT

# As app.py, but with CDK's own validation, which is on unless one switches it off.
_SYNTHESIZE = """
import sys
import aws_cdk as cdk
from shared_ecr.declaration import load
from shared_ecr_constructs.stacks.shared_registry import SharedRegistryStack

app = cdk.App(analytics_reporting=False, outdir=sys.argv[1])
registry = load().registry
for region in registry.regions:
    stack = SharedRegistryStack(app, f"{registry.stack_name}-{region}", registry=registry, region=region)
    for repository in stack.node.find_child("Repositories").node.children:
        for override in sys.argv[2:]:
            repository.add_property_override("ImageTagMutability", override)
app.synth()
"""


def test_the_validation_that_cdk_brings_reports_nothing(tmp_path: Path) -> None:
    assert _reported(tmp_path) == set()


def test_the_validation_that_cdk_brings_is_on_in_these_tests(tmp_path: Path) -> None:
    assert _reported(tmp_path, "SOMETIMES") == {"W3030"}


def _reported(outdir: Path, *override: str) -> set[str]:
    """Return the rules that report something; with nothing to report, CDK writes no report."""
    environment = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    command = [sys.executable, "-c", _SYNTHESIZE, str(outdir), *override]
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    report = outdir / "validation-report.json"
    plugins = json.loads(report.read_text())["pluginReports"] if report.exists() else []
    return {violation["ruleName"] for plugin in plugins for violation in plugin["violations"]}

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr

from shared_ecr_constructs.stacks import define_stacks
from templates.cases import CASES, Case
from templates.synthesis import quick_app

cdk_nag = pytest.importorskip("cdk_nag", reason="cdk-nag is not installed: pip install -r requirements-dev.txt")

PACKS = ["AwsSolutionsChecks", "HIPAASecurityChecks", "NIST80053R4Checks", "NIST80053R5Checks", "PCIDSS321Checks"]


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_cdk_nag_has_no_finding_that_is_not_acknowledged(case: Case, pack: str, tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    define_stacks(app, case.registry)

    _check(app, pack)


def test_cdk_nag_finds_a_repository_that_everyone_may_pull_from(tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage"]}]}
    ecr.CfnRepository(cdk.Stack(app, "Open"), "Repository", repository_policy_text=policy)

    with pytest.raises(RuntimeError, match="AwsSolutions::AwsSolutions-ECR1"):
        _check(app, "AwsSolutionsChecks")


def _check(app: cdk.App, pack: str) -> None:
    """Synthesise under a pack of rules; a finding makes CDK raise."""
    cdk.Validations.of(app).add_plugins(getattr(cdk_nag, pack)(app))
    app.synth()

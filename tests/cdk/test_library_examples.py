"""The examples of the library are apps that synthesize; what they show is in their templates."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "examples/library"
EXAMPLES = sorted(path for path in FOLDER.glob("*.py"))
pytestmark = pytest.mark.slow


def resources_of(example: str, out: Path) -> list[dict[str, Any]]:
    environment = os.environ | {"CDK_OUTDIR": str(out), "CDK_VALIDATION": "false"}
    done = subprocess.run(
        [sys.executable, FOLDER / example], env=environment, capture_output=True, text=True, cwd=out.parent
    )
    assert done.returncode == 0, done.stderr
    texts = [path.read_text(encoding="utf-8") for path in out.rglob("*.template.json")]
    return [each for text in texts for each in json.loads(text)["Resources"].values()]


def test_each_example_is_listed() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in EXAMPLES if f"({path.name})" not in readme] == []


def test_a_task_of_ecs_may_pull_the_image_it_runs(tmp_path: Path) -> None:
    resources = resources_of("ecs.py", tmp_path / "out")
    (policy,) = [each["Properties"] for each in resources if each["Type"] == "AWS::IAM::Policy"]
    assert "ecr:BatchGetImage" in policy["PolicyDocument"]["Statement"][0]["Action"]


def test_a_function_of_lambda_runs_an_image_of_the_registry(tmp_path: Path) -> None:
    resources = resources_of("lambda_function.py", tmp_path / "out")
    (function,) = [each["Properties"] for each in resources if each["Type"] == "AWS::Lambda::Function"]
    assert function["PackageType"] == "Image"


def test_a_project_of_codebuild_may_push(tmp_path: Path) -> None:
    resources = resources_of("codebuild.py", tmp_path / "out")
    policies = [each["Properties"]["PolicyDocument"] for each in resources if each["Type"] == "AWS::IAM::Policy"]
    assert "ecr:PutImage" in json.dumps(policies)


def test_a_pipeline_deploys_the_stacks_of_the_declaration(tmp_path: Path) -> None:
    resources = resources_of("pipelines.py", tmp_path / "out")
    assert {"AWS::CodePipeline::Pipeline", "AWS::ECR::Repository"} <= {each["Type"] for each in resources}


def test_the_registry_passes_cdk_nag(tmp_path: Path) -> None:
    assert resources_of("nag.py", tmp_path / "out")

"""Chance finds no document that ends in a traceback. FUZZ=2000 tries ten times as many, FUZZ_FROM=N others."""

import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from properties.declarations import mutated
from properties.documents import broken
from shared_ecr.findings.errors import SharedEcrError
from shared_ecr.model.names import Region
from shared_ecr.review.deployments import Deployment, is_known
from shared_ecr.review.documents import DeploymentTarget, load_deployment, load_prior

ROOT = Path(__file__).parents[2]
CASES = int(os.environ.get("FUZZ", "200"))
FIRST = int(os.environ.get("FUZZ_FROM", "0"))
# Of processor time, so that a busy machine is no failure.
MOST_SECONDS = 3
PLACE = DeploymentTarget("111111111111", Region.parse("us-east-1"))
GOLDEN = [json.loads(path.read_text()) for path in sorted((ROOT / "tests/templates/golden").rglob("*.template.json"))]
FUNCTIONAL = {
    "Parameters": {"P": {"Type": "String", "Default": "x"}, "Q": {"Type": "CommaDelimitedList"}},
    "Mappings": {"M": {"a": {"b": "c"}}},
    "Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}, "D": {"Fn::And": [{"Condition": "C"}, {"Fn::Not": []}]}},
    "Resources": {
        "App": {
            "Type": "AWS::ECR::Repository",
            "Condition": "D",
            "DeletionPolicy": "Retain",
            "Metadata": {"cdk_nag": {"rules_to_suppress": [{"id": "a", "reason": "b"}]}},
            "Properties": {
                "RepositoryName": {"Fn::Sub": "team/${P}"},
                "RepositoryPolicyText": {
                    "Statement": [{"Fn::If": ["C", {"Effect": "Allow"}, {"Ref": "AWS::NoValue"}]}]
                },
            },
        },
        "Fn::ForEach::All": ["X", {"Ref": "Q"}, {"R${X}": {"Type": "AWS::ECR::Repository"}}],
        "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "file.json", "Parameters": {}}},
    },
}
PLAN = {
    "format_version": "1.2",
    "planned_values": {"root_module": {
        "resources": [
            {"address": "aws_ecr_repository.a", "type": "aws_ecr_repository", "mode": "managed", "index": "x",
             "values": {"name": "a", "tags": {"a": "b"}, "encryption_configuration": [{"encryption_type": "KMS"}]}},
            {"address": "aws_ecr_repository_policy.a", "type": "aws_ecr_repository_policy",
             "values": {"repository": "a", "policy": "{}"}, "sensitive_values": {"policy": True}},
        ],
        "child_modules": [{"address": "module.m", "resources": [
            {"address": "module.m.aws_ecr_repository.a", "type": "aws_ecr_repository", "values": {"name": "b"}}]}],
    }},
    "resource_changes": [{"address": "aws_ecr_repository.a", "previous_address": "aws_ecr_repository.b",
                          "change": {"after_unknown": {"name": True, "tags": {"a": True}, "x": [{"y": True}]}}}],
    "prior_state": {"values": {"root_module": {"resources": [
        {"address": "aws_ecr_repository.b", "type": "aws_ecr_repository", "values": {"name": "a"}}]}}},
    "configuration": {
        "provider_config": {"aws": {"expressions": {"region": {"constant_value": "eu-west-1"}}}},
        "root_module": {"resources": [{"address": "aws_ecr_repository.a", "provider_config_key": "aws",
                                       "expressions": {"repository": {"references": ["aws_ecr_repository.a"]}}}],
                        "module_calls": {"m": {"module": {"resources": []}}}},
    },
    "variables": {"r": {"value": "x"}},
}  # fmt: skip
MANIFEST = {
    "version": "55.0.0",
    "artifacts": {
        "s": {"type": "aws:cloudformation:stack", "environment": "aws://111111111111/us-east-1", "displayName": "S",
              "properties": {"templateFile": "file.json", "parameters": {"P": "x"}, "terminationProtection": True},
              "metadata": {"/S/App": [{"type": "aws:cdk:logicalId", "data": "App"}]},
              "additionalMetadataFile": "file.json"},
        "a": {"type": "cdk:asset-manifest", "properties": {"file": "file.json"}},
        "t": {"type": "cdk:tree", "properties": {"file": "file.json"}},
        "p": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "stage"}},
    },
}  # fmt: skip
CORPORA: dict[str, list[Any]] = {"template": [*GOLDEN, FUNCTIONAL, FUNCTIONAL], "plan": [PLAN], "manifest": [MANIFEST]}
TEXTS = [json.dumps(FUNCTIONAL, indent=1).encode(), yaml.safe_dump(FUNCTIONAL).encode(), json.dumps(PLAN).encode()]


def judged(path: Path) -> str:
    """Read what is at *path* and look at all of it; return what became of it."""
    began = time.process_time()
    try:
        look_at(load_deployment(path, PLACE, {"P": "y"}))
        prior = load_prior(path, PLACE)
        if prior:
            look_at(prior)
    except SharedEcrError:
        outcome = "rejected"
    else:
        outcome = "accepted"
    assert time.process_time() - began < MOST_SECONDS
    return outcome


def look_at(deployment: Deployment) -> None:
    for stack in deployment.stacks:
        for resource in stack.resources:
            assert str(resource.origin)
            is_known(dict(resource.properties))
    assert all(map(str, deployment.doubts))


@pytest.mark.parametrize("kind", CORPORA)
def test_no_document_of_another_structure_ends_in_a_traceback(kind: str, tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(FIRST, FIRST + CASES):
        data = broken(seed, CORPORA[kind])
        (tmp_path / "file.json").write_text(json.dumps(data if kind != "manifest" else FUNCTIONAL))
        path = tmp_path / "file.json"
        if kind == "manifest":
            (tmp_path / "manifest.json").write_text(json.dumps(data))
            path = tmp_path
        try:
            outcomes[judged(path)] += 1
        except Exception as error:
            error.add_note(f"{kind} of seed {seed}")
            raise
    assert outcomes["accepted"]


@pytest.mark.parametrize("name", ["f.json", "f.yaml", "f.template"])
def test_no_document_of_other_bytes_ends_in_a_traceback(name: str, tmp_path: Path) -> None:
    for seed in range(FIRST, FIRST + CASES):
        data = mutated(seed, TEXTS)
        (tmp_path / name).write_bytes(data)
        try:
            judged(tmp_path / name)
        except Exception as error:
            error.add_note(f"bytes of seed {seed}: {data[:2000]!r}")
            raise


def test_what_is_left_out_of_the_judgement_is_shown(tmp_path: Path) -> None:
    """No silent pass: a template that lost resources in a mutation says so, or lost them with their entry."""
    for seed in range(FIRST, FIRST + CASES):
        data = broken(seed, [FUNCTIONAL])
        (tmp_path / "t.json").write_text(json.dumps(data))
        resources = data.get("Resources")
        try:
            deployment = load_deployment(tmp_path / "t.json", PLACE)
        except SharedEcrError:
            continue
        expected = len(resources) if isinstance(resources, dict) else 1
        if sum(len(stack.resources) for stack in deployment.stacks) < expected:
            assert deployment.doubts, f"seed {seed}"

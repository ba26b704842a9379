import contextlib
import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr_constructs.review_plugin import EcrReview
from shared_ecr_constructs.stacks import define_stacks
from templates.cases import CASES, Case
from templates.synthesis import quick_app

ORGANIZATION = "o-exampleorg1"
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
PUBLIC: dict[str, Any] = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": PULL}]}
MEMBERS: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": PULL,
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
        }
    ],
}


def reviewed(app: cdk.App, **known: Any) -> list[tuple[str, str, str]]:
    """Synthesize under the plugin; return rule, severity and construct of each finding in CDK's own report."""
    cdk.Validations.of(app).add_plugins(EcrReview(**known))
    with contextlib.suppress(RuntimeError):
        app.synth()
    report = Path(app.outdir) / "validation-report.json"
    if not report.exists():
        return []
    return [
        (violation["ruleName"], violation["severity"], construct["constructPath"])
        for plugin in json.loads(report.read_text())["pluginReports"]
        if plugin["pluginName"] == "shared-ecr"
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


def repository(scope: Construct, policy: dict[str, Any], name: str = "team/app") -> ecr.CfnRepository:
    made = ecr.CfnRepository(scope, "Repository", repository_name=name, repository_policy_text=policy)
    made.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    return made


def errors(found: list[tuple[str, str, str]]) -> set[tuple[str, str]]:
    return {(rule, construct) for rule, severity, construct in found if severity == "error"}


def test_what_is_about_a_stack_is_shown_at_that_stack(tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    cdk.Stack(app, "First")
    second = cdk.Stack(app, "Second")
    repository(second, {"Statement": [{"Effect": "Allow", "Principal": {"AWS": cdk.Fn.import_value("x")}}]})
    shown = {rule: construct for rule, _, construct in reviewed(app)}
    assert (shown["stack-termination"], shown["not-judged"]) == ("Second", "Second")


def test_a_public_repository_of_any_app_is_found_at_its_construct(tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    repository(cdk.Stack(app, "Theirs"), PUBLIC)
    assert errors(reviewed(app)) == {("access-public", "Theirs/Repository")}


def test_an_error_stops_the_synthesis(tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    repository(cdk.Stack(app, "Theirs"), PUBLIC)
    cdk.Validations.of(app).add_plugins(EcrReview())
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


def test_an_acknowledged_error_does_not(tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    public = repository(cdk.Stack(app, "Theirs"), PUBLIC)
    acknowledgement = cdk.Acknowledgment(id="shared-ecr::access-public", reason="a public base image")
    cdk.Validations.of(public).acknowledge(acknowledgement)
    cdk.Validations.of(app).add_plugins(EcrReview())
    app.synth()


def test_a_repository_for_the_organization_has_no_error(tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    repository(cdk.Stack(app, "Theirs"), MEMBERS)
    assert errors(reviewed(app, organization=ORGANIZATION)) == set()


def test_warnings_are_shown_and_stop_nothing(tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    ecr.Repository(cdk.Stack(app, "Theirs"), "Plain", removal_policy=cdk.RemovalPolicy.DESTROY)
    found = reviewed(app)
    assert {severity for _, severity, _ in found} == {"warning"}


def test_a_nested_stack_is_reviewed_once(tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    repository(cdk.NestedStack(cdk.Stack(app, "Theirs"), "Inner"), PUBLIC)
    found = [each for each in reviewed(app) if each[0] == "access-public"]
    assert found == [("access-public", "error", "Theirs/Inner/Repository")]


def test_a_stage_is_reviewed(tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    stage = cdk.Stage(app, "Production", env=cdk.Environment(account="111111111111", region="eu-central-1"))
    repository(cdk.Stack(stage, "Theirs"), PUBLIC)
    assert errors(reviewed(app)) == {("access-public", "Production/Theirs/Repository")}


def test_two_stacks_of_one_registry_are_judged_together(tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    home = cdk.Environment(account="111111111111", region="eu-central-1")
    there = {"region": "us-east-1", "registryId": "111111111111"}
    for name in ("One", "Two"):
        stack = cdk.Stack(app, name, env=home)
        rules = {"rules": [{"destinations": [there]}]}
        ecr.CfnReplicationConfiguration(stack, "Replication", replication_configuration=rules)
    assert {rule for rule, _ in errors(reviewed(app))} == {"registry-singleton"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_our_own_stacks_have_no_error(case: Case, tmp_path: Path) -> None:
    app = quick_app(tmp_path)
    define_stacks(app, case.registry)
    organization = str(case.registry.organization) if case.registry.organization else ""
    assert errors(reviewed(app, organization=organization)) == set()


def test_cdk_nag_works_beside_it(tmp_path: Path) -> None:
    cdk_nag = pytest.importorskip("cdk_nag", reason="cdk-nag is not installed: pip install -r requirements-dev.txt")
    app = quick_app(tmp_path)
    repository(cdk.Stack(app, "Theirs"), PUBLIC)
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    found = reviewed(app)
    reports = json.loads((Path(app.outdir) / "validation-report.json").read_text())["pluginReports"]
    assert errors(found)
    assert any("AwsSolutions-ECR1" in violation["ruleName"] for each in reports for violation in each["violations"])


def test_an_organization_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="organization"):
        EcrReview(organization="exampleorg")

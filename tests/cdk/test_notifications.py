"""What notifications become in a template; the whole of them is tests/templates/golden/notifications."""

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from cdk.test_registry_settings import HOME, REPLICATION, THERE, of_type, templates
from templates.synthesis import quick_app

RULE, TOPIC, POLICY, KEY = "AWS::Events::Rule", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::KMS::Key"
NAMED_KEY = "arn:aws:kms:us-east-1:111111111111:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
NAMED_TOPIC = "arn:aws:sns:us-east-1:111111111111:alerts"


@pytest.fixture
def app(tmp_path: Path) -> cdk.App:
    return quick_app(tmp_path)


def made(app: cdk.App, notifications: str, settings: str = "scanning: null") -> dict[str, Any]:
    return templates(app, f"{settings}, notifications: {notifications}")[HOME]


def details(resources: dict[str, Any]) -> set[str]:
    return {detail for each in of_type(resources, RULE) for detail in each["EventPattern"]["detail-type"]}


def test_a_topic_that_exists_gets_rules_and_neither_a_policy_nor_a_key(app: cdk.App) -> None:
    resources = made(app, f"{{topic: '{NAMED_TOPIC}', of: [push]}}")
    assert {each["Type"] for each in resources.values()} == {RULE}
    (rule,) = of_type(resources, RULE)
    assert rule["Targets"] == [{"Arn": NAMED_TOPIC, "Id": "Topic"}]


def test_a_key_that_exists_encrypts_the_topic_that_is_made(app: cdk.App) -> None:
    resources = made(app, f"{{topic: create, key: '{NAMED_KEY}', of: [push]}}")
    assert of_type(resources, KEY) == []
    assert of_type(resources, TOPIC) == [{"KmsMasterKeyId": NAMED_KEY}]


def test_the_permission_of_eventbridge_has_no_condition_and_the_denials_ask_for_their_key_first(app: cdk.App) -> None:
    (policy,) = of_type(made(app, "{topic: create, of: [push]}"), POLICY)
    allowed, *denied = policy["PolicyDocument"]["Statement"]
    assert (allowed["Effect"], "Condition" in allowed) == ("Allow", False)
    sources = [each["Condition"] for each in denied if each["Principal"] == {"Service": "events.amazonaws.com"}]
    keys = [set(condition["Null"]) for condition in sources]
    assert keys == [{"aws:SourceAccount"}, {"aws:SourceArn"}]
    assert all(set(condition["Null"].values()) == {"false"} for condition in sources)


def test_the_key_of_the_topic_allows_eventbridge(app: cdk.App) -> None:
    (key,) = of_type(made(app, "{topic: create, of: [push]}"), KEY)
    (statement,) = [each for each in key["KeyPolicy"]["Statement"] if "Service" in each["Principal"]]
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert "Condition" not in statement


@pytest.mark.parametrize(
    ("scanning", "expected"),
    [
        ("scanning: basic", {"ECR Image Scan"}),
        ("scanning: enhanced", {"Inspector2 Finding"}),
        ("scanning: null", {"ECR Image Scan", "Inspector2 Finding"}),
    ],
)
def test_findings_come_from_the_service_that_scans(app: cdk.App, scanning: str, expected: set[str]) -> None:
    assert details(made(app, "{topic: create, of: [{scan_findings: high}]}", scanning)) == expected


def test_a_change_of_severity_repositories_or_order_keeps_the_logical_ids(tmp_path: Path) -> None:
    one = made(quick_app(tmp_path / "1"), "{topic: create, of: [push, {scan_findings: high}]}")
    other = made(
        quick_app(tmp_path / "2"), "{topic: create, of: [{scan_findings: low}, push], repositories: ['team/*']}"
    )
    assert one.keys() == other.keys()


def test_failures_of_replication_are_published_where_the_copy_arrives(app: cdk.App) -> None:
    notifications = f"notifications: {{topic: create, key: '{NAMED_KEY}', of: [push, replication_failed]}}"
    there = templates(app, f"scanning: null, {REPLICATION}, {notifications}")[THERE]
    assert details(there) == {"ECR Replication Action"}
    assert [len(of_type(there, each)) for each in (TOPIC, POLICY, KEY)] == [1, 1, 1]
    (policy,) = of_type(there, POLICY)
    assert "222222222222" in str(policy["PolicyDocument"])


def test_a_destination_publishes_nothing_else(app: cdk.App) -> None:
    there = templates(app, f"scanning: null, {REPLICATION}, notifications: {{topic: create, of: [push]}}")[THERE]
    assert of_type(there, RULE) == []


def test_a_registry_without_notifications_has_none_of_their_resources(app: cdk.App) -> None:
    assert templates(app, "scanning: null")[HOME] == {}

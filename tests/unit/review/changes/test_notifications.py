import json
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.model.names import Region
from shared_ecr.review.changes.registry.notifications import notification_changes
from shared_ecr.review.changes.rules.notifications import notifications_changed
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents import DeploymentTarget, load_deployment
from shared_ecr.review.rules.notifications import notifications
from shared_ecr.review.rules.scene import RuleContext

PLACE = DeploymentTarget("111111111111", Region("us-east-1"))
DELETIONS = {"source": ["aws.ecr"], "detail": {"action-type": ["DELETE"]}}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {}}


def rule(pattern: Any = DELETIONS, **more: Any) -> dict[str, Any]:
    targets = [{"Arn": {"Ref": "Topic"}, "Id": "Topic"}]
    held = {"EventPattern": pattern, "State": "ENABLED", "Targets": targets}
    return {"Type": "AWS::Events::Rule", "Properties": held | more}


def policy(**statement: Any) -> dict[str, Any]:
    held = {"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "Topic"}} | statement
    document = {"Version": "2012-10-17", "Statement": held}
    return {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": document}}


def side(folder: Path, **resources: Any) -> Deployment:
    path = folder / "app.json"
    path.write_text(json.dumps({"Resources": resources}))
    return load_deployment(path, PLACE)


def found(folder: Path, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [each.code for each in notifications_changed(side(folder, **before), side(folder, **after), ())]


@pytest.mark.parametrize(
    ("after", "codes"),
    [
        ({}, ["notification-removed"]),
        ({"Rule": rule({"source": ["aws.s3"]})}, ["notification-removed"]),
        ({"Rule": rule(State="DISABLED")}, ["notification-disabled"]),
        ({"Rule": rule({"source": ["aws.ecr"]})}, ["notification-changed"]),
        ({"Rule": rule(Targets=[])}, ["notification-changed"]),
        ({"Rule": rule()}, []),
        ({"Other": rule()}, []),
        ({"Rule": rule(), "New": rule({"source": ["aws.ecr"]})}, []),
    ],
)
def test_a_rule_that_publishes_less_is_reported(tmp_path: Path, after: dict[str, Any], codes: list[str]) -> None:
    assert found(tmp_path, {"Rule": rule(), "Topic": TOPIC}, {"Topic": TOPIC, **after}) == codes


def test_a_rule_of_another_service_is_not_reported(tmp_path: Path) -> None:
    assert found(tmp_path, {"Rule": rule({"source": ["aws.s3"]})}, {}) == []


def test_a_rule_that_was_disabled_before_is_not_missed(tmp_path: Path) -> None:
    assert found(tmp_path, {"Rule": rule(State="DISABLED")}, {}) == []


def test_a_rule_whose_pattern_is_not_known_counts_beside_a_repository(tmp_path: Path) -> None:
    unknown = rule({"Fn::GetAtt": ["Elsewhere", "Pattern"]})
    repository = {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "team/app"}}
    assert found(tmp_path, {"Rule": unknown, "App": repository}, {"App": repository}) == ["notification-removed"]


def listed(folder: Path, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    changes = notification_changes(side(folder, **before), side(folder, **after), ())
    return [f"{each.happening} {each.what}: {[one.what for one in each.differences]}" for each in changes]


def test_what_is_created_changed_or_deleted_is_listed(tmp_path: Path) -> None:
    events = {"Service": "events.amazonaws.com"}
    before = {"Rule": rule(), "Topic": TOPIC, "Policy": policy(Principal=events)}
    after = {"Rule": rule({"source": ["aws.ecr"]}), "Topic": TOPIC, "Other": rule()}
    assert listed(tmp_path, before, after) == [
        "changed rule of EventBridge Rule: ['EventPattern']",
        "deleted topic policy Policy: []",
        "created rule of EventBridge Other: []",
    ]


def test_what_stays_is_not_listed(tmp_path: Path) -> None:
    same = {"Rule": rule(), "Topic": TOPIC}
    assert listed(tmp_path, same, same) == []


def test_a_statement_that_is_added_is_a_line_of_the_policy(tmp_path: Path) -> None:
    same = {"Rule": rule(), "Topic": TOPIC}
    before = side(tmp_path, **same, Policy=policy(Principal={"AWS": "111111111111"}))
    after = side(tmp_path, **same, Policy=policy(Principal=FOREIGN))
    (change,) = notification_changes(before, after, ())
    assert any("222222222222" in line for one in change.differences for line in one.lines)


def access(folder: Path, known: frozenset[str] = frozenset(), **statement: Any) -> list[tuple[str, str]]:
    deployment = side(folder, Rule=rule(), Topic=TOPIC, Policy=policy(**statement))
    return [
        (str(each.severity), each.code) for each in notifications(RuleContext(deployment, TrustBoundary(None, known)))
    ]


FOREIGN = {"AWS": "arn:aws:iam::222222222222:role/reader"}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Principal": FOREIGN}, [("error", "notification-access")]),
        ({"Principal": {"AWS": ["111111111111"]}}, []),
        ({"Principal": {"Service": "events.amazonaws.com"}}, []),
        ({"Principal": FOREIGN, "Effect": "Deny"}, []),
        ({"Principal": "*"}, [("error", "notification-public")]),
        ({"Principal": {"AWS": "*"}}, [("error", "notification-public")]),
        (
            {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a"}}},
            [("warning", "notification-public")],
        ),
        ({"NotPrincipal": FOREIGN}, [("error", "notification-public")]),
        ({"Principal": {"AWS": {"Ref": "Reader"}}}, [("note", "notification-unknown")]),
    ],
)
def test_a_principal_with_access_to_the_topic_is_reported(
    tmp_path: Path, statement: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert access(tmp_path, **statement) == expected


def test_a_known_account_is_a_warning(tmp_path: Path) -> None:
    found_of_known = access(tmp_path, frozenset({"222222222222"}), Principal=FOREIGN)
    assert found_of_known == [("warning", "notification-access")]


def test_the_policy_of_another_topic_is_not_judged(tmp_path: Path) -> None:
    other = policy(Principal="*")
    other["Properties"]["Topics"] = [{"Ref": "Other"}]
    deployment = side(tmp_path, Rule=rule(), Topic=TOPIC, Other=TOPIC, Policy=other)
    assert list(notifications(RuleContext(deployment, TrustBoundary()))) == []


def codes(folder: Path, **resources: Any) -> list[str]:
    scene = RuleContext(side(folder, **resources), TrustBoundary(None, frozenset({"333333333333"})))
    return [f"{each.severity} {each.code}" for each in notifications(scene)]


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("111111111111", []),
        ("222222222222", ["error notification-target"]),
        ("333333333333", ["warning notification-target"]),
    ],
)
def test_events_that_are_sent_to_another_account_are_reported(
    tmp_path: Path, account: str, expected: list[str]
) -> None:
    bus = [{"Arn": f"arn:aws:events:us-east-1:{account}:event-bus/default", "Id": "Bus"}]
    assert codes(tmp_path, Rule=rule(Targets=bus)) == expected
    queue = f"arn:aws:sqs:us-east-1:{account}:queue"
    subscription = {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": queue}
    made = {"Type": "AWS::SNS::Subscription", "Properties": subscription}
    assert codes(tmp_path, Rule=rule(), Topic=TOPIC, Subscription=made) == expected


def test_an_inline_policy_of_the_topic_is_judged_like_any_other(tmp_path: Path) -> None:
    document = policy(Principal="*")["Properties"]["PolicyDocument"]
    held = {"TopicArn": {"Ref": "Topic"}, "PolicyDocument": document}
    inline = {"Type": "AWS::SNS::TopicInlinePolicy", "Properties": held}
    assert codes(tmp_path, Rule=rule(), Topic=TOPIC, Policy=inline) == ["error notification-public"]


def test_where_no_document_says_the_account_another_one_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "app.json"
    path.write_text(json.dumps({"Resources": {"Rule": rule(), "Topic": TOPIC, "Policy": policy(Principal=FOREIGN)}}))
    scene = RuleContext(load_deployment(path, DeploymentTarget(None, None)), TrustBoundary())
    assert [str(each.severity) for each in notifications(scene)] == ["warning"]


def test_a_pattern_and_a_policy_that_are_texts_of_json_are_read(tmp_path: Path) -> None:
    text = policy(Principal="*")
    text["Properties"]["PolicyDocument"] = json.dumps(text["Properties"]["PolicyDocument"])
    found = codes(tmp_path, Rule=rule(json.dumps(DELETIONS)), Topic=TOPIC, Policy=text)
    assert found == ["error notification-public"]


def test_a_policy_that_is_known_only_once_deployed_is_reported(tmp_path: Path) -> None:
    unknown = policy()
    unknown["Properties"]["PolicyDocument"] = {"Fn::GetAtt": ["Elsewhere", "Policy"]}
    assert codes(tmp_path, Rule=rule(), Topic=TOPIC, Policy=unknown) == ["note notification-unknown"]

from typing import Any

import pytest

from shared_ecr.deployment.adoption.drift_records import DriftVerdict
from shared_ecr.deployment.adoption.notification_drift import (
    NotificationStates,
    declares_notifications,
    notification_drift,
)
from shared_ecr.documents.live import DeniedRead
from shared_ecr.documents.live.notifications import LiveNotifications, LiveRule, LiveTopic
from shared_ecr.model.settings.event_patterns import EventKind
from shared_ecr.model.settings.notifications import (
    NOTIFICATIONS,
    MadeTopic,
    NotificationEvent,
    Notifications,
    topic_policy,
)
from shared_ecr.model.settings.scanning import SCANNING
from shared_ecr.model.settings.setting import SettingsSpec
from shared_ecr.records import replace

ARN = "arn:aws:sns:us-east-1:111111111111:topic"
DECLARED = Notifications(MadeTopic(), (NotificationEvent(EventKind.PUSH),))
((_, PATTERN),) = DECLARED.rules(None)
RULE = LiveRule("SettingsNotificationsRulesPushFBF8EEEB", pattern=PATTERN, targets=(ARN,))
TOPIC = LiveTopic(ARN, topic_policy("111111111111", ARN, ["arn:rule"]), "arn:aws:kms:us-east-1:111111111111:key/1")
OTHER: Any = {"source": ["aws.s3"]}


def settings(declared: Notifications | None) -> SettingsSpec:
    return SettingsSpec(NOTIFICATIONS.holding(declared), SCANNING.holding(None))


def test_without_a_declaration_there_is_nothing_to_compare() -> None:
    assert not declares_notifications(settings(None))
    assert notification_drift(NotificationStates(settings(None), None)).verdict is DriftVerdict.IN_SYNC


def compared(rule: LiveRule | None = RULE, topic: LiveTopic = TOPIC, deployed: Any = None) -> list[tuple[str, str]]:
    live = LiveNotifications((rule,) if rule else (), (topic,))
    found = notification_drift(NotificationStates(settings(DECLARED), live, deployed))
    return [(str(each.severity), each.code) for each in found.findings]


def test_what_is_as_declared_is_in_sync() -> None:
    found = notification_drift(NotificationStates(settings(DECLARED), LiveNotifications((RULE,), (TOPIC,))))
    assert (found.verdict, found.findings) == (DriftVerdict.IN_SYNC, ())


def test_the_order_of_alternatives_is_no_drift() -> None:
    declared = Notifications(DECLARED.topic, (NotificationEvent(EventKind.ARCHIVE),))
    ((_, pattern),) = declared.rules(None)
    turned = {key: pattern[key] for key in reversed(pattern)}
    rule = LiveRule("XNotificationsRulesArchive5344FE88", pattern=turned, targets=(ARN,))
    found = notification_drift(NotificationStates(settings(declared), LiveNotifications((rule,), (TOPIC,))))
    assert found.verdict is DriftVerdict.IN_SYNC


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (None, [("note", "drift-undeployed")]),
        (replace(RULE, exists=False), [("error", "drift-setting")]),
        (replace(RULE, is_enabled=False), [("error", "drift-setting")]),
        (replace(RULE, targets=()), [("error", "drift-setting")]),
        (replace(RULE, pattern=OTHER), [("error", "drift-setting")]),
    ],
)
def test_a_rule_in_another_state_is_reported(rule: LiveRule | None, expected: list[tuple[str, str]]) -> None:
    assert compared(rule) == expected


def test_a_pattern_that_is_as_deployed_waits_for_a_deployment() -> None:
    assert compared(replace(RULE, pattern=OTHER), deployed={RULE.logical_id: OTHER}) == [("note", "drift-undeployed")]


def with_statement(**statement: Any) -> LiveTopic:
    policy: Any = topic_policy("111111111111", ARN, ["arn:rule"])
    return replace(TOPIC, policy={**policy, "Statement": [*policy["Statement"], statement]})


@pytest.mark.parametrize(
    "topic",
    [
        replace(TOPIC, policy=None),
        replace(TOPIC, key=""),
        replace(TOPIC, key="arn:aws:kms:us-east-1:111111111111:alias/aws/sns"),
        with_statement(Effect="Allow", Principal="*", Action="sns:Subscribe"),
        replace(TOPIC, policy={"Statement": []}),
    ],
)
def test_a_topic_that_was_changed_is_reported(topic: LiveTopic) -> None:
    assert compared(topic=topic) == [("error", "drift-setting")]


def test_a_denial_that_was_added_is_not_access() -> None:
    assert compared(topic=with_statement(Effect="Deny", Principal="*", Action="sns:*")) == []


def test_what_could_not_be_read_is_unknown_and_never_in_sync() -> None:
    denied = LiveNotifications(unread=(DeniedRead("", "events:DescribeRule", "denied"),))
    found = notification_drift(NotificationStates(settings(DECLARED), denied))
    assert (found.verdict, [each.code for each in found.findings]) == (DriftVerdict.UNKNOWN, ["drift-unread"])


def test_beside_a_snapshot_they_are_unknown() -> None:
    found = notification_drift(NotificationStates(settings(DECLARED), None))
    assert (found.verdict, [str(each.severity) for each in found.findings]) == (DriftVerdict.UNKNOWN, ["note"])

"""Whether the notifications of a registry are as declared: rules that were disabled or changed, and who has access.

What a template says cannot be rendered here without CDK, so a rule is found by the end of its logical id, and its
pattern is rendered from the declaration.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared_ecr.deployment.adoption.drift_records import DriftFinding, DriftVerdict, RepositoryDrift
from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live.notifications import LiveNotifications, LiveRule, LiveTopic
from shared_ecr.findings import Severity
from shared_ecr.model.settings.event_patterns import EventRow
from shared_ecr.model.settings.notifications import NOTIFICATIONS, PUBLISHER, MadeTopic, Notifications
from shared_ecr.model.settings.scanning import SCANNING
from shared_ecr.model.settings.setting import SettingsSpec
from shared_ecr.records import record

SUBJECT = "notifications"
_CODE = "drift-setting"
_SILENT = "Its events are no longer published, and nothing else reports that"
_REPAIR = "Undo it by hand: a deployment changes the rule only when it changes in the template"
_EXPECTED = {"Service": PUBLISHER}


@record
class NotificationStates:
    """What is declared, deployed and live."""

    settings: SettingsSpec
    live: LiveNotifications | None
    """None where it was not read, as beside a snapshot."""
    deployed: Mapping[str, Json] | None = None
    """The event pattern of each deployed rule by its logical id; None where templates were not read."""


def declares_notifications(settings: SettingsSpec) -> bool:
    """Whether there is anything to compare."""
    return settings[NOTIFICATIONS] is not None


def notification_drift(states: NotificationStates) -> RepositoryDrift:
    """Compare the three states."""
    declared = states.settings[NOTIFICATIONS]
    if declared is None:
        return RepositoryDrift(SUBJECT, DriftVerdict.IN_SYNC, (), ())
    if states.live is None:
        note = _note("drift-unread", "they are not in a snapshot, and are not compared")
        return RepositoryDrift(SUBJECT, DriftVerdict.UNKNOWN, (), (note,))
    if states.live.unread:
        actions = ", ".join(sorted({each.action for each in states.live.unread}))
        what = f"{actions} was denied, so it is not known whether they drifted"
        found = _error("drift-unread", what, "", "Allow the actions of docs/how-to/drift.md")
        return RepositoryDrift(SUBJECT, DriftVerdict.UNKNOWN, (), (found,))
    findings = tuple(_findings(declared, states, states.live))
    codes = {each.code for each in findings}
    verdict = DriftVerdict.DRIFTED if _CODE in codes else DriftVerdict.UNDEPLOYED if codes else DriftVerdict.IN_SYNC
    return RepositoryDrift(SUBJECT, verdict, (), findings)


def _findings(declared: Notifications, states: NotificationStates, live: LiveNotifications) -> Iterator[DriftFinding]:
    for row, pattern in declared.rules(states.settings[SCANNING]):
        rule = _rule_of(row, live)
        if rule is None:
            yield _note("drift-undeployed", f"the rule for {row.in_words} is declared, and not deployed yet")
        else:
            yield from _of_rule(row, pattern, rule, states.deployed)
    if isinstance(declared.topic, MadeTopic):
        for topic in live.topics:
            yield from _of_topic(topic)


def _rule_of(row: EventRow, live: LiveNotifications) -> LiveRule | None:
    # CDK's logical id is the path of ids and eight characters of its hash.
    end = re.compile(rf"NotificationsRules{row.rule}[0-9A-F]{{8}}$")
    return next((each for each in live.rules if end.search(each.logical_id)), None)


def _of_rule(
    row: EventRow, pattern: Mapping[str, Any], rule: LiveRule, deployed: Mapping[str, Json] | None
) -> Iterator[DriftFinding]:
    called = f"the rule for {row.in_words}"
    if not rule.exists:
        yield _error(_CODE, f"{called} was deleted outside of the declaration", _SILENT, _REPAIR)
        return
    if not rule.is_enabled:
        yield _error(_CODE, f"{called} was disabled outside of the declaration", _SILENT, _REPAIR)
    if not rule.targets:
        yield _error(_CODE, f"{called} publishes to nothing: its target was removed", _SILENT, _REPAIR)
    if _canonical(rule.pattern) == _canonical(dict(pattern)):
        return
    if deployed is not None and _canonical(deployed.get(rule.logical_id)) == _canonical(rule.pattern):
        yield _note("drift-undeployed", f"{called} is different in the declaration, and not deployed yet")
    else:
        lines = (f"declared: {json.dumps(pattern)}", f"live: {json.dumps(rule.pattern)}")
        yield _error(_CODE, f"{called} matches other events than declared", _SILENT, _REPAIR, lines)


def _of_topic(topic: LiveTopic) -> Iterator[DriftFinding]:
    called = f"the topic {topic.arn}"
    if topic.policy is None:
        yield _error(_CODE, f"{called} was deleted", "No event is published", "Deploy the topic again")
        return
    allowed = [each for each in _statements(topic.policy) if each.get("Effect") == "Allow"]
    foreign = [each for each in allowed if each.get("Principal") != _EXPECTED]
    if foreign:
        lines = tuple(json.dumps(each) for each in foreign)
        yield _error(
            _CODE, f"the policy of {called} allows more than is declared",
            "Events name repositories and findings; a principal that publishes there can forge them",
            "Remove the statements, or publish to your own topic", lines,
        )  # fmt: skip
    if len(foreign) == len(allowed):
        yield _error(_CODE, f"the policy of {called} no longer allows {PUBLISHER}", "No event is published", _REPAIR)
    if not topic.key or topic.key.endswith("alias/aws/sns"):
        yield _error(
            _CODE, f"{called} is not encrypted by the declared key",
            "EventBridge cannot use alias/aws/sns; without a key, messages are not encrypted by a key of yours",
            _REPAIR,
        )  # fmt: skip


def _statements(policy: Json) -> Iterator[dict[str, Json]]:
    held = policy.get("Statement") if isinstance(policy, dict) else None
    yield from (each for each in (held if isinstance(held, list) else [held]) if isinstance(each, dict))


def _canonical(value: Json) -> str:
    """Return *value* as a text that does not depend on the order of keys and of alternatives."""
    if isinstance(value, dict):
        return json.dumps({key: _canonical(value[key]) for key in sorted(value)})
    return json.dumps(sorted(map(_canonical, value)) if isinstance(value, list) else value)


def _error(code: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()) -> DriftFinding:
    return DriftFinding(code, Severity.ERROR, what, why, fix, details, subject=SUBJECT)


def _note(code: str, what: str) -> DriftFinding:
    return DriftFinding(code, Severity.NOTE, what, "", "", subject=SUBJECT)

"""Read which events of the registry are published, of which repositories, and where."""

from collections.abc import Collection, Iterable
from functools import partial

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.schema.pieces import Schema, array, closed, either, text, word
from shared_ecr.declaration.settings.declared_setting import DeclaredSetting
from shared_ecr.declaration.settings.settings_context import SettingsContext, judge_partition, read_items
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.encryption import NamedKey
from shared_ecr.model.filters import WILDCARD, prefix_covers, wildcard_matches
from shared_ecr.model.settings import SettingsSpec
from shared_ecr.model.settings.creation_templates import TEMPLATES
from shared_ecr.model.settings.event_patterns import EventKind, FindingSeverity, pattern_characters
from shared_ecr.model.settings.notifications import (
    MAX_CHARACTERS,
    MAX_PATTERNS,
    NOTIFICATIONS,
    MadeTopic,
    NamedTopic,
    NotificationEvent,
    Notifications,
    RepositoryPattern,
    Topic,
)
from shared_ecr.model.settings.pull_through_cache import CACHES
from shared_ecr.model.settings.replication import REPLICATION
from shared_ecr.model.settings.scanning import SCANNING, ScanType
from shared_ecr.text import did_you_mean, listed, quoted

_KEYS = ("topic", "of", "repositories", "key")
_CREATE = "create"
_SEVERITIES = {str(each).lower(): each for each in FindingSeverity}
_KINDS = {str(each): each for each in EventKind}
# What a person may want and AWS does not send, with the reason.
_NOT_SENT = {
    "push_failed": "ECR sends an event for a completed push, but not for a push that fails",
    "pull": "ECR sends no event for a pull; CloudTrail records pulls",
}


def _read(reading: Reading, node: Node, path: str, around: SettingsContext) -> Notifications | None:
    fields = reading.mapping(node, path, _KEYS, required=("topic", "of"))
    topic_node, of_node, repositories_node, key_node = (fields.get(key) if fields else None for key in _KEYS)
    if topic_node is None or of_node is None:
        return None
    topic = _topic(reading, topic_node, key_node, path, around)
    events = _events(reading, of_node, join(path, "of"))
    repositories: tuple[RepositoryPattern, ...] = ()
    if repositories_node is not None:
        repositories = read_items(
            reading, repositories_node, join(path, "repositories"), RepositoryPattern.parse,
            of="patterns", at_most=MAX_PATTERNS, code="notification-pattern",
        )  # fmt: skip
        if isinstance(repositories_node, Sequence) and not repositories_node.items:
            fix = "Leave 'repositories' out for all repositories"
            fault = InvalidValueError("the list is empty and would never match", fix=fix, code="notification-pattern")
            reading.note(repositories_node, join(path, "repositories"), fault)
    return Notifications(topic, events, repositories) if topic and events else None


def _topic(reading: Reading, node: Node, key_node: Node | None, path: str, around: SettingsContext) -> Topic | None:
    if isinstance(node, Scalar) and node.text == _CREATE:
        key = _key(reading, key_node, join(path, "key"), around) if key_node is not None else None
        return MadeTopic(key)
    topic = reading.parsed(node, join(path, "topic"), NamedTopic.parse)
    if topic is None:
        return None
    judge_partition(reading, node, join(path, "topic"), topic.arn, around)
    for region in around.regions:
        if (topic.account, topic.region) != (around.account, region):
            fault = InvalidValueError(
                f"the topic is of {topic.account} in {topic.region}, the registry of {around.account} in {region}",
                why="A rule of EventBridge publishes to topics of its own Region, and to those of its own account "
                "without a role",
                fix="Write 'create', or forward from a topic in the registry's account and Region",
                code="notification-topic",
            )
            reading.note(node, join(path, "topic"), fault)
    if key_node is not None:
        fault = InvalidValueError(
            "the topic exists already, and its key belongs to it",
            fix="Remove 'key', and let the key's policy allow EventBridge (docs/reference/registry-settings.md)",
            code="notification-key",
        )
        reading.note(key_node, join(path, "key"), fault)
    return topic


def _key(reading: Reading, node: Node, path: str, around: SettingsContext) -> NamedKey | None:
    """Read the key of a topic that is made; `create` is the same as nothing."""
    if isinstance(node, Scalar) and node.text == _CREATE:
        return None
    if isinstance(node, Scalar) and node.text.startswith("alias/"):
        fault = InvalidValueError(
            f"{quoted(node.text)} is an alias",
            why="EventBridge cannot use alias/aws/sns, whose policy cannot be changed, so no event would arrive; the "
            "key of another alias is not known before the deployment",
            fix="Write 'create', or arn:aws:kms:REGION:ACCOUNT:key/ID of a key whose policy allows EventBridge",
            code="notification-key",
        )
        reading.note(node, path, fault)
        return None
    key = reading.parsed(node, path, NamedKey.parse)
    for region in around.regions if key else ():
        if key and key.region != region:
            fault = InvalidValueError(
                f"the key is in {key.region}, the topic in {region}",
                fix="Name a key of the topic's Region, or write 'create'",
                code="kms-region",
            )
            reading.note(node, path, fault)
    return key


def _events(reading: Reading, node: Node, path: str) -> tuple[NotificationEvent, ...]:
    events: dict[EventKind, NotificationEvent] = {}
    items = list(reading.items(node, path))
    for item, item_path in items:
        event = _event(reading, item, item_path)
        if event and event.kind in events:
            fault = InvalidValueError(f"'{event.kind}' is written twice", fix="Remove one", code="notification-event")
            reading.note(item, item_path, fault)
        elif event:
            events[event.kind] = event
    if isinstance(node, Sequence) and not items:
        fix = f"Write some of {listed(_KINDS)}, or remove 'notifications'"
        reading.note(node, path, InvalidValueError("no event is named", fix=fix, code="notification-event"))
    return tuple(events.values())


def _event(reading: Reading, node: Node, path: str) -> NotificationEvent | None:
    """Read a word, or `scan_findings: high`."""
    if isinstance(node, Mapping):
        fields = reading.mapping(node, path, (EventKind.SCAN_FINDINGS,), required=(EventKind.SCAN_FINDINGS,))
        severity = fields.get(EventKind.SCAN_FINDINGS) if fields else None
        if severity is None:
            return None
        chosen = reading.choice(severity, join(path, EventKind.SCAN_FINDINGS), _SEVERITIES, "notification-event")
        return NotificationEvent(EventKind.SCAN_FINDINGS, _SEVERITIES[chosen]) if chosen else None
    kind = reading.parsed(node, path, _kind)
    if kind is EventKind.SCAN_FINDINGS:
        fault = InvalidValueError(
            "the lowest severity is missing",
            fix="Write 'scan_findings: high', or another of " + listed(_SEVERITIES),
            code="notification-event",
        )
        reading.note(node, path, fault)
        return None
    return NotificationEvent(kind) if kind else None


def _kind(written: str) -> EventKind:
    if written in _KINDS:
        return _KINDS[written]
    fix = did_you_mean(written, _KINDS) or f"Write one of {listed(_KINDS)}"
    raise InvalidValueError(
        f"{quoted(written)} is not an event that can be published",
        why=_NOT_SENT.get(written, ""),
        fix="Remove it" if written in _NOT_SENT else fix,
        code="notification-event",
    )


def _judge(reading: Reading, node: Node, settings: SettingsSpec, repositories: Collection[str]) -> None:
    """Refuse what can never match or is too long; warn of names that are not declared."""
    notifications = settings[NOTIFICATIONS]
    if notifications is None or not isinstance(node, Mapping):
        return
    of, named = node.get("of") or node, node.get("repositories") or node
    kinds = {each.kind for each in notifications.events}
    for kind, why, fix in _never_sent(settings, kinds):
        what = f"'{kind}' can never match"
        place = "registry.notifications.of"
        reading.note(of, place, InvalidValueError(what, why=why, fix=fix, code="notification-never"))
    longest = max((pattern_characters(pattern) for _, pattern in notifications.rules(settings[SCANNING])), default=0)
    if longest > MAX_CHARACTERS:
        fault = InvalidValueError(
            f"an event pattern has {longest} characters; EventBridge takes {MAX_CHARACTERS}",
            fix="Write fewer repositories, or patterns that cover several",
            code="notification-pattern",
        )
        reading.note(named, "registry.notifications.repositories", fault)
    if isinstance(notifications.topic, NamedTopic) and EventKind.REPLICATION_FAILED in kinds:
        replication = settings[REPLICATION]
        if replication and replication.managed_destinations:
            fault = InvalidValueError(
                "failures of replication to the destinations are not published",
                why="AWS reports them in the Region of the destination, and the topic is in another one",
                fix="Write 'topic: create', and each destination gets a topic of its own",
                code="notification-unmatched",
            )
            reading.warn(of, "registry.notifications.of", fault)
    for pattern in notifications.repositories:
        if not _can_mean(pattern.text, repositories, settings):
            fault = InvalidValueError(
                f"{quoted(pattern.text)} matches no declared repository, cache or creation template",
                why="No event is published for it, unless such a repository is created elsewhere",
                fix=did_you_mean(pattern.text, repositories),
                code="notification-unmatched",
            )
            reading.warn(named, "registry.notifications.repositories", fault)


def _never_sent(settings: SettingsSpec, kinds: set[EventKind]) -> Iterable[tuple[EventKind, str, str]]:
    scanning = settings[SCANNING]
    if EventKind.SCANNING_CHANGED in kinds and scanning and scanning.type is ScanType.BASIC:
        why = "ECR sends this event only under enhanced scanning, and the registry's scanning is basic"
        yield EventKind.SCANNING_CHANGED, why, "Remove it, or write 'scanning: enhanced'"
    if EventKind.PULL_THROUGH_FAILED in kinds and not settings[CACHES]:
        yield EventKind.PULL_THROUGH_FAILED, "The registry has no pull-through cache", "Remove it, or declare a cache"


def _can_mean(pattern: str, names: Iterable[str], settings: SettingsSpec) -> bool:
    """Whether *pattern* covers a declared repository, or one that a cache or a creation template can make."""
    if any(map(partial(wildcard_matches, pattern), names)):
        return True
    start = pattern.partition(WILDCARD)[0]
    prefixes = (
        *(rule.prefix.text for rule in settings[CACHES]),
        *(template.prefix.text for template in settings[TEMPLATES]),
    )
    return any(prefix_covers(each, start) or (WILDCARD in pattern and each.startswith(start)) for each in prefixes)


def _schema() -> Schema:
    words = [str(each) for each in EventKind if each is not EventKind.SCAN_FINDINGS]
    findings = closed(
        {str(EventKind.SCAN_FINDINGS): word(*_SEVERITIES, description="The lowest severity that is published")},
        required=[str(EventKind.SCAN_FINDINGS)],
    )
    patterns = array(text("A name with '*' for any characters"), "Default: every repository", at_least=1)
    return closed(
        {
            "topic": text("'create', or the ARN of a topic in the registry's account and Region"),
            "of": array(either(word(*words), findings), "The events that are published", at_least=1),
            "repositories": {**patterns, "maxItems": MAX_PATTERNS},
            "key": text(
                "The key of a topic that the stack creates: 'create', or the ARN of a key whose policy allows "
                "EventBridge"
            ),
        },
        required=["topic", "of"],
        description="Events that are published to an SNS topic",
    )


DECLARED_NOTIFICATIONS = DeclaredSetting(NOTIFICATIONS, _read, _schema, _judge)

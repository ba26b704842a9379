"""Which events of the registry are published to an SNS topic, and who may publish there.

AWS says that a topic policy for EventBridge cannot have conditions
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions), and that the
policy of the topic's key cannot have conditions about the source
(https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html). So the permission has none, and a denial refuses
another account or another rule where AWS names one. docs/adr/0071-notifications-by-eventbridge-and-sns.md.
"""

import re
from collections.abc import Sequence
from typing import Any, Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.encryption import NamedKey, stack_key_policy
from shared_ecr.model.names import AccountId, Region
from shared_ecr.model.settings.event_patterns import EVENTS, EventKind, EventRow, FindingSeverity
from shared_ecr.model.settings.scanning import Scanning, ScanType
from shared_ecr.model.settings.setting import Setting
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

MAX_PATTERNS = 100
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html, "Event pattern size", which can be raised.
MAX_CHARACTERS = 2048
PUBLISHER = "events.amazonaws.com"
_TOPIC_ARN = LazyPattern(
    r"arn:(?P<partition>aws[a-z-]*):sns:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):(?P<name>[\w-]{1,256})", re.ASCII
)
# What a repository's name can look like where `*` matches any characters.
_PATTERN = LazyPattern(r"(?=.{2,256}$|\*$)(?:[a-z0-9*]+(?:[._-]+[a-z0-9*]+)*/)*[a-z0-9*]+(?:[._-]+[a-z0-9*]+)*")


@record(order=True)
class RepositoryPattern:
    """Repositories by their whole name; `*` matches any characters."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a pattern; refuse one that no repository's name can match."""
        if "**" in text:
            raise InvalidValueError(
                f"{quoted(text)} has two '*' beside each other",
                why="EventBridge refuses such a pattern",
                fix=f"Write '{re.sub(r'[*]+', '*', text)}'",
                code="notification-pattern",
            )
        if not _PATTERN.fullmatch(text):
            lower = text.lower()
            raise InvalidValueError(
                f"{quoted(text)} can never match",
                why="Names of repositories have lower-case letters, digits, single '.', '_', '-' and '/' between them",
                fix=f"Write '{lower}'" if _PATTERN.fullmatch(lower) else "Write a name, or a pattern such as 'team/*'",
                code="notification-pattern",
            )
        return cls(text)


@record
class MadeTopic:
    """A topic that the stack makes, with its policy."""

    key: NamedKey | None = None
    """The key that encrypts it; None for one that the stack makes, whose policy allows EventBridge."""


@record
class NamedTopic:
    """A topic that exists already, in the account and the Region of the registry; its policy is its owner's."""

    arn: str
    account: AccountId
    region: Region

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a topic's ARN; refuse a FIFO topic, and what is not a topic."""
        match = _TOPIC_ARN.fullmatch(text)
        if not match:
            raise InvalidValueError(
                f"{quoted(text)} is not the ARN of a standard topic",
                why="It is arn:PARTITION:sns:REGION:ACCOUNT:NAME, of a topic that is not FIFO",
                fix="Write 'create' for a topic that the stack creates",
                code="notification-topic",
            )
        return cls(text, AccountId.parse(match["account"]), Region.parse(match["region"]))


Topic = MadeTopic | NamedTopic


@record(order=True)
class NotificationEvent:
    """One kind of event that is published."""

    kind: EventKind
    severity: FindingSeverity | None = None
    """From which severity on, for findings alone."""


@record
class Notifications:
    """The events that are published, the repositories that they are of, and the topic."""

    topic: Topic
    events: tuple[NotificationEvent, ...]
    repositories: tuple[RepositoryPattern, ...] = ()
    """Without one, all repositories of the registry."""

    def __post_init__(self) -> None:
        # The order has no meaning, and must not reach the template.
        object.__setattr__(self, "events", tuple(sorted(self.events, key=lambda each: each.kind)))
        object.__setattr__(self, "repositories", tuple(sorted(self.repositories)))

    def rules(self, scanning: Scanning | None) -> tuple[tuple[EventRow, dict[str, Any]], ...]:
        """Return each row that is published with its event pattern.

        Findings come from ECR or from Inspector, as the registry is scanned; from both where *scanning* is not known.
        """
        names = [each.text for each in self.repositories]
        return tuple(
            (row, row.pattern(names, event.severity))
            for event in self.events
            for row in EVENTS
            if row.kind is event.kind and _is_sent(row, scanning)
        )


def at_replicas(notifications: Notifications | None) -> Notifications | None:
    """Return what a destination of replication publishes: failures, which AWS reports where the copy arrives.

    A topic and a key are of one Region, so each destination has its own; a topic that exists is of the source's Region.
    """
    if notifications is None or not isinstance(notifications.topic, MadeTopic):
        return None
    failures = tuple(each for each in notifications.events if each.kind is EventKind.REPLICATION_FAILED)
    return Notifications(MadeTopic(), failures, notifications.repositories) if failures else None


def _is_sent(row: EventRow, scanning: Scanning | None) -> bool:
    if row.kind is not EventKind.SCAN_FINDINGS or scanning is None:
        return True
    return (row.source == "aws.inspector2") is (scanning.type is ScanType.ENHANCED)


def topic_policy(account: str, topic_arn: str, rule_arns: Sequence[str]) -> dict[str, Any]:
    """Render the policy of a topic that the rules publish to, and nothing else but the account itself.

    *topic_arn* and *rule_arns* may be CDK tokens. A negated operator also matches where the key is missing, so each
    denial asks first whether AWS says who the source is.
    """
    publish = {"Action": "sns:Publish", "Resource": topic_arn}
    events = {"Service": PUBLISHER}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "EventBridge", "Effect": "Allow", "Principal": events, **publish},
            {
                "Sid": "OtherAccounts",
                "Effect": "Deny",
                "Principal": events,
                **publish,
                "Condition": {
                    "Null": {"aws:SourceAccount": "false"},
                    "StringNotEquals": {"aws:SourceAccount": account},
                },
            },
            {
                "Sid": "OtherRules",
                "Effect": "Deny",
                "Principal": events,
                **publish,
                "Condition": {"Null": {"aws:SourceArn": "false"}, "ArnNotEquals": {"aws:SourceArn": list(rule_arns)}},
            },
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                **publish,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }


def topic_key_policy(partition: str, account: str) -> dict[str, Any]:
    """Render the policy of the topic's key: that of the stack's key, and EventBridge encrypts messages with it.

    `alias/aws/sns` has a policy that cannot be changed and that does not allow EventBridge, so it never works here.
    """
    policy = stack_key_policy(partition, account)
    events = {
        "Sid": "EventBridge",
        "Effect": "Allow",
        "Principal": {"Service": PUBLISHER},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
    }
    return {**policy, "Statement": [*policy["Statement"], events]}


NOTIFICATIONS: Setting[Notifications | None] = Setting("notifications", None)

"""The rules of EventBridge that stacks made for a registry, and their topics, as they are now."""

from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live.live_registry import DeniedRead
from shared_ecr.records import record


@record
class LiveRule:
    """One rule of a stack."""

    logical_id: str
    exists: bool = True
    """False where the stack has it, and EventBridge does not."""
    pattern: Json = None
    is_enabled: bool = True
    targets: tuple[str, ...] = ()
    """The ARNs that it publishes to."""


@record
class LiveTopic:
    """One topic of a stack."""

    arn: str
    policy: Json = None
    """The parsed policy; None where the topic no longer exists."""
    key: str = ""
    """The key that encrypts it; empty where none does."""


@record
class LiveNotifications:
    """What the stacks of a registry made for its notifications."""

    rules: tuple[LiveRule, ...] = ()
    topics: tuple[LiveTopic, ...] = ()
    unread: tuple[DeniedRead, ...] = ()

"""One lifecycle rule: which images it selects, how it counts them, and what happens to those beyond the count.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

from enum import StrEnum
from typing import assert_never

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import quoted

MAX_WILDCARDS = 4
# The archive keeps, and bills, every image for at least this many days.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
MIN_ARCHIVED_DAYS = 90


@record
class AnyImage:
    """Select every image, tagged or not."""


@record
class Untagged:
    """Select images without any tag."""


@record
class TaggedLike:
    """Select images that match *every* pattern with some tag; `*` stands for any characters."""

    patterns: tuple[str, ...]

    def __post_init__(self) -> None:
        _refuse_empty(self.patterns, "patterns")
        for pattern in self.patterns:
            if pattern.count("*") > MAX_WILDCARDS:
                raise InvalidValueError(
                    f"the pattern {quoted(pattern)} has {pattern.count('*')} wildcards",
                    why=f"At most {MAX_WILDCARDS} '*' are allowed in one pattern",
                    code="lifecycle-wildcards",
                )


@record
class TaggedWith:
    """Select images that have, for *every* prefix, some tag that starts with it."""

    prefixes: tuple[str, ...]

    def __post_init__(self) -> None:
        _refuse_empty(self.prefixes, "prefixes")


Selection = AnyImage | Untagged | TaggedLike | TaggedWith


@record
class NewestImages:
    """Keep the *keep* images that were pushed last; act on the others."""

    keep: int


@record
class PushedAge:
    """Act on images that were pushed more than *days* days ago."""

    days: int


@record
class PulledAge:
    """Act on images that were not pulled for more than *days* days; these can only be archived."""

    days: int


@record
class ArchivedAge:
    """Act on images that were archived more than *days* days ago; these can only be expired, after at least 90 days."""

    days: int


Count = NewestImages | PushedAge | PulledAge | ArchivedAge


class Action(StrEnum):
    """What happens to an image that the rule acts on. There is no action to retain images."""

    EXPIRE = "expire"
    ARCHIVE = "transition"


class StorageClass(StrEnum):
    """Where the images are that a rule selects."""

    STANDARD = "standard"
    ARCHIVE = "archive"


@record
class LifecycleRule:
    """A selection, a count and an action; a lower priority number is evaluated first."""

    priority: int
    selection: Selection
    count: Count
    action: Action = Action.EXPIRE
    description: str = ""

    def __post_init__(self) -> None:
        if self.priority < 1:
            raise InvalidValueError(
                f"priority {self.priority} is below 1", fix="Number the rules from 1", code="lifecycle-priority"
            )
        _refuse_impossible(self.count, self.action)

    @property
    def storage_class(self) -> StorageClass:
        """The storage class that this rule selects; only the time since archiving selects archived images."""
        match self.count:
            case ArchivedAge():
                return StorageClass.ARCHIVE
            case NewestImages() | PushedAge() | PulledAge():
                return StorageClass.STANDARD
            case _:
                assert_never(self.count)


def _refuse_impossible(count: Count, action: Action) -> None:
    """Refuse a number below one, and pairs of count and action that ECR refuses."""
    number = count.keep if isinstance(count, NewestImages) else count.days
    if number < 1:
        raise InvalidValueError(f"the count is {number}; at least 1 is allowed", code="lifecycle-count")
    if isinstance(count, PulledAge) and action is Action.EXPIRE:
        raise InvalidValueError(
            "the time since the last pull can only move images to the archive",
            why="ECR expires images only by the time since the push or by count",
            fix="Write action {type: transition, targetStorageClass: archive}, or count sinceImagePushed",
            code="lifecycle-pulled",
        )
    if isinstance(count, ArchivedAge):
        if action is Action.ARCHIVE:
            raise InvalidValueError(
                "an archived image cannot be archived again",
                fix="Write action {type: expire}",
                code="lifecycle-archive",
            )
        if number < MIN_ARCHIVED_DAYS:
            raise InvalidValueError(
                f"an archived image is kept for at least {MIN_ARCHIVED_DAYS} days; got {number}",
                fix=f"Write {MIN_ARCHIVED_DAYS} or more",
                code="lifecycle-archive-days",
            )


def _refuse_empty(texts: tuple[str, ...], what: str) -> None:
    if not texts:
        raise InvalidValueError(
            f"the list of {what} is empty", why="A rule for tagged images needs tags", code="lifecycle-tags"
        )
    if not all(texts):
        raise InvalidValueError(f"one of the {what} is empty", code="lifecycle-tags")

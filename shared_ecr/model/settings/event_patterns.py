"""The events that a registry can be notified of: a row for each, with the page that documents it.

The fields and values are those of AWS's sample events. Where a page shows what success looks like and not what failure
looks like, the pattern matches everything but success. Sources are in the rows, and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html (operators).
"""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import reduce
from typing import Any

from shared_ecr.model.filters import WILDCARD
from shared_ecr.records import record

_ECR_PAGE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html"
_INSPECTOR_PAGE = "https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html"
_ECR, _INSPECTOR = "aws.ecr", "aws.inspector2"
_ANYTHING_BUT_SUCCESS = [{"anything-but": ["SUCCESS"]}]
_NAME = ("repository-name",)


class EventKind(StrEnum):
    """The kind of a notification, in the words of the declaration."""

    SCAN_FINDINGS = "scan_findings"
    IMAGE_DELETED = "image_deleted"
    PUSH = "push"
    PULL_THROUGH_FAILED = "pull_through_failed"
    ARCHIVE = "archive"
    REPLICATION_FAILED = "replication_failed"
    SCANNING_CHANGED = "scanning_changed"


class FindingSeverity(StrEnum):
    """The lowest severity that is reported."""

    INFORMATIONAL = "INFORMATIONAL"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"

    @property
    def and_higher(self) -> tuple[str, ...]:
        """The severities from this one on, the highest first."""
        every = [str(each) for each in FindingSeverity]
        return tuple(reversed(every[every.index(str(self)) :]))


@record(kw_only=True)
class EventRow:
    """One kind of event of one service, and how it is recognized."""

    kind: EventKind
    rule: str
    """The id of the rule's construct; logical ids are made of it."""
    detail_type: str
    page: str
    source: str = _ECR
    detail: Mapping[str, Any]
    """The fields of `detail` that distinguish it."""
    repository: tuple[str, ...] = _NAME
    """Where in `detail` the name of the repository is."""
    in_words: str

    def pattern(self, repositories: Sequence[str] = (), severity: FindingSeverity | None = None) -> dict[str, Any]:
        """Render the event pattern for *repositories*, names with `*`, from *severity* on; without names for all."""
        detail = dict(self.detail)
        if severity and self.source == _INSPECTOR:
            # A finding that Inspector has not rated yet can have any severity.
            detail["severity"] = [*severity.and_higher, "UNTRIAGED"]
        elif severity:
            # ECR leaves out a severity without findings. UNDEFINED is a finding whose severity is not known.
            counted = (*severity.and_higher, "UNDEFINED")
            detail["$or"] = [{"finding-severity-counts": {each: [{"numeric": [">", 0]}]}} for each in counted]
        if repositories and WILDCARD not in repositories:
            innermost: dict[str, Any] = {self.repository[-1]: [_name_filter(each) for each in repositories]}
            wanted = reduce(lambda inner, key: {key: inner}, reversed(self.repository[:-1]), innermost)
            detail = _merged(detail, wanted)
        return {"source": [self.source], "detail-type": [self.detail_type], "detail": detail}


def _name_filter(pattern: str) -> str | dict[str, str]:
    """Render one pattern of names, with a wildcard only where nothing simpler says it.

    An event bus has at most 30 rules with wildcards: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    """
    if WILDCARD not in pattern:
        return pattern
    if pattern.index(WILDCARD) == len(pattern) - 1:
        return {"prefix": pattern[:-1]}
    if pattern.rindex(WILDCARD) == 0:
        return {"suffix": pattern[1:]}
    return {"wildcard": pattern}


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    both = {**one}
    for key, value in other.items():
        both[key] = _merged(one[key], value) if isinstance(value, dict) and isinstance(one.get(key), dict) else value
    return both


def pattern_characters(pattern: Mapping[str, Any]) -> int:
    """Return how many characters the event pattern has as a text without spaces."""
    return len(json.dumps(pattern, separators=(",", ":")))


EVENTS: tuple[EventRow, ...] = (
    EventRow(
        kind=EventKind.SCAN_FINDINGS, rule="ScanFindings", detail_type="ECR Image Scan", page=_ECR_PAGE,
        detail={"scan-status": ["COMPLETE"]}, in_words="findings of a basic scan",
    ),
    EventRow(
        kind=EventKind.SCAN_FINDINGS, rule="InspectorFindings", detail_type="Inspector2 Finding", page=_INSPECTOR_PAGE,
        source=_INSPECTOR, detail={"status": ["ACTIVE"], "resources": {"type": ["AWS_ECR_CONTAINER_IMAGE"]}},
        repository=("resources", "details", "awsEcrContainerImage", "repositoryName"),
        in_words="findings of enhanced scanning",
    ),
    EventRow(
        kind=EventKind.IMAGE_DELETED, rule="ImageDeleted", detail_type="ECR Image Action", page=_ECR_PAGE,
        detail={"action-type": ["DELETE"]}, in_words="deletions of images",
    ),
    EventRow(
        kind=EventKind.PUSH, rule="Push", detail_type="ECR Image Action", page=_ECR_PAGE,
        detail={"action-type": ["PUSH"]}, in_words="pushes of images",
    ),
    EventRow(
        kind=EventKind.PULL_THROUGH_FAILED, rule="PullThroughFailed", detail_type="ECR Pull Through Cache Action",
        page=_ECR_PAGE, detail={"sync-status": _ANYTHING_BUT_SUCCESS}, in_words="failures of pull-through caches",
    ),
    EventRow(
        kind=EventKind.ARCHIVE, rule="Archive", detail_type="ECR Image Action", page=_ECR_PAGE,
        detail={"action-type": ["UPDATE_STORAGE_CLASS"], "target-storage-class": ["ARCHIVE"]},
        in_words="moves of images to the archive",
    ),
    EventRow(
        kind=EventKind.REPLICATION_FAILED, rule="ReplicationFailed", detail_type="ECR Replication Action",
        page=_ECR_PAGE, detail={"action-type": ["REPLICATE"], "result": _ANYTHING_BUT_SUCCESS},
        in_words="failures of replication into this registry",
    ),
    EventRow(
        kind=EventKind.SCANNING_CHANGED, rule="ScanningChanged", detail_type="ECR Scan Resource Change",
        page=_ECR_PAGE, detail={"action-type": ["SCAN_FREQUENCY_CHANGE"]}, repository=("repositories", *_NAME),
        in_words="changes of how often repositories are scanned",
    ),
)  # fmt: skip
"""Every row; each kind has at least one."""

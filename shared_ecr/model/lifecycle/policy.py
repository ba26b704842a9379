"""A lifecycle policy: the rules of one repository, and the conditions between them.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html (rules across the policy),
https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html (50 rules),
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html (100 to 30,720 characters).
"""

import json
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, assert_never

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.lifecycle.rules import (
    Action,
    AnyImage,
    ArchivedAge,
    Count,
    LifecycleRule,
    NewestImages,
    PulledAge,
    PushedAge,
    Selection,
    StorageClass,
    TaggedLike,
    TaggedWith,
    Untagged,
)
from shared_ecr.records import record

MAX_RULES = 50
MAX_CHARACTERS = 30_720


@record
class LifecyclePolicy:
    """Rules in the order of their priorities; never empty and without conflicts."""

    rules: tuple[LifecycleRule, ...]

    def __post_init__(self) -> None:
        for _, conflict in conflicts(self.rules):
            raise conflict
        object.__setattr__(self, "rules", tuple(sorted(self.rules, key=lambda rule: rule.priority)))

    def text(self) -> str:
        """Render the policy as the text ECR stores: compact, rules by priority."""
        return render(self.rules)


@record
class NoLifecyclePolicy:
    """The repository has no lifecycle policy: no image ever expires."""

    reason: str
    """Why; it is written beside the repository for the checks that ask for a policy."""


def conflicts(rules: Sequence[LifecycleRule]) -> Iterator[tuple[int, InvalidValueError]]:
    """Yield what is wrong among *rules*: the index of the rule, and the fault. All faults."""
    if not rules:
        yield 0, InvalidValueError("a lifecycle policy has at least one rule", code="lifecycle-empty")
    priorities: dict[int, int] = {}
    selections: dict[Hashable, int] = {}
    for index, rule in enumerate(rules):
        first = priorities.setdefault(rule.priority, index)
        if first != index:
            yield (
                index,
                InvalidValueError(
                    f"priority {rule.priority} is also that of rule {first + 1} of the list",
                    fix=f"{max(r.priority for r in rules) + 1} is free",
                    code="lifecycle-priority",
                ),
            )
        yield from ((index, fault) for fault in _selected_twice(rule, selections, index))
        yield from ((index, fault) for fault in _any_not_last(rule, rules))
    if len(rules) > MAX_RULES:
        yield (
            MAX_RULES,
            InvalidValueError(
                f"{len(rules)} rules; a policy has at most {MAX_RULES}",
                fix="Rules that differ only in their tags can often share a pattern",
                code="lifecycle-rules",
            ),
        )
    characters = len(render(rules))
    if characters > MAX_CHARACTERS:
        yield (
            0,
            InvalidValueError(
                f"the policy has {characters} characters; {MAX_CHARACTERS} are allowed",
                fix="Shorten the descriptions, or select tags by fewer patterns with '*'",
                code="lifecycle-size",
            ),
        )


def _selected_twice(rule: LifecycleRule, seen: dict[Hashable, int], index: int) -> Iterator[InvalidValueError]:
    """Refuse a second rule for the same tags, or for untagged images, in the same storage class."""
    key: Hashable
    match rule.selection:
        case AnyImage():
            return
        case Untagged():
            key, what = "untagged", "untagged images"
        case TaggedLike(patterns):
            key, what = ("like", frozenset(patterns)), "the same tag patterns"
        case TaggedWith(prefixes):
            key, what = ("with", frozenset(prefixes)), "the same tag prefixes"
        case _:
            assert_never(rule.selection)
    first = seen.setdefault((rule.storage_class, key), index)
    if first != index:
        yield InvalidValueError(
            f"rule {first + 1} of the list already selects {what} in the {rule.storage_class} storage class",
            why="The rule with the lower number would select every image of the other",
            fix="Keep one of them",
            code="lifecycle-duplicate",
        )


def _any_not_last(rule: LifecycleRule, rules: Sequence[LifecycleRule]) -> Iterator[InvalidValueError]:
    """Refuse a rule for any image that another rule of its storage class would have to follow."""
    if isinstance(rule.selection, AnyImage):
        others = [other for other in rules if other.storage_class is rule.storage_class and other is not rule]
        of_any = [other.priority for other in others if isinstance(other.selection, AnyImage)]
        largest = max((other.priority for other in others), default=0)
        # If two rules are for any image, no number helps: the last of them selects no image.
        if of_any and rule.priority < max(of_any):
            yield InvalidValueError(
                f"the rule for any image with the number {rule.priority} leaves no image to the rule with the number "
                f"{max(of_any)}",
                why="The rule with the lower number selects every image, so a policy has one rule for any image in "
                "each storage class",
                fix="Keep one of them, or give one of them the tags that it is for",
                code="lifecycle-any-last",
            )
        elif rule.priority < largest:
            yield InvalidValueError(
                f"the rule for any image must have the highest priority number (is {rule.priority}, "
                f"the largest is {largest})",
                why="It would select every image, and the rules after it no image",
                fix=f"Number it {largest + 1}",
                code="lifecycle-any-last",
            )


def render(rules: Sequence[LifecycleRule]) -> str:
    """Render *rules* as ECR's JSON, without blanks."""
    ordered = sorted(rules, key=lambda rule: rule.priority)
    return json.dumps({"rules": [_rule(rule) for rule in ordered]}, separators=(",", ":"), ensure_ascii=False)


def _rule(rule: LifecycleRule) -> dict[str, Any]:
    selection = _selection(rule.selection)
    if rule.storage_class is StorageClass.ARCHIVE:
        selection["storageClass"] = rule.storage_class.value
    action = {"type": rule.action.value}
    if rule.action is Action.ARCHIVE:
        action["targetStorageClass"] = "archive"
    return {
        "rulePriority": rule.priority,
        **({"description": rule.description} if rule.description else {}),
        "selection": selection | _count(rule.count),
        "action": action,
    }


def _selection(selection: Selection) -> dict[str, Any]:
    match selection:
        case AnyImage():
            return {"tagStatus": "any"}
        case Untagged():
            return {"tagStatus": "untagged"}
        case TaggedLike(patterns):
            return {"tagStatus": "tagged", "tagPatternList": list(patterns)}
        case TaggedWith(prefixes):
            return {"tagStatus": "tagged", "tagPrefixList": list(prefixes)}
        case _:
            assert_never(selection)


def _count(count: Count) -> dict[str, Any]:
    match count:
        case NewestImages(keep):
            return {"countType": "imageCountMoreThan", "countNumber": keep}
        case PushedAge(days):
            return {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
        case PulledAge(days):
            return {"countType": "sinceImagePulled", "countUnit": "days", "countNumber": days}
        case ArchivedAge(days):
            return {"countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": days}
        case _:
            assert_never(count)


# No tagged image expires. An untagged one can be pulled only by its digest: it is left over from a moved tag, or it is
# a signature or an SBOM of an image that stays. Whether ECR spares those is not documented; `shared-ecr fate` says so.
DEFAULT_POLICY = LifecyclePolicy(
    (LifecycleRule(1, Untagged(), PushedAge(14), description="Untagged images expire 14 days after their push"),)
)

"""What changes between two lifecycle policies, rule by rule in words, and what it means for images."""

from collections.abc import Iterator

from shared_ecr.fate.reasons import rule_in_words
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import LifecycleRule, Selection, StorageClass, TaggedLike, TaggedWith
from shared_ecr.records import replace
from shared_ecr.review.changes.losing.losses import Loss, LossSeverity
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.verdict import PropertyChange
from shared_ecr.text import counted

# The name that reports search for if no inventory has the images.
LIFECYCLE_POLICY = "lifecycle policy"

_Rules = tuple[LifecycleRule, ...]


def lifecycle_difference(before: ReviewedRepository, after: ReviewedRepository) -> PropertyChange | None:
    """Return the difference of two lifecycle policies; None where they say the same under the same numbers."""
    if before.lifecycle_text == after.lifecycle_text:
        return None
    if not (before.has_readable_lifecycle and after.has_readable_lifecycle):
        return PropertyChange(LIFECYCLE_POLICY, _summary(before), _summary(after))
    old, new = _ordered(before.lifecycle), _ordered(after.lifecycle)
    if old == new:
        return None
    lines = [*_lines(old, new)]
    if _plain(old) == _plain(new):
        lines.append("  with other descriptions")
    return PropertyChange(LIFECYCLE_POLICY, _summary(before), _summary(after), tuple(lines))


def rule_lines(before: LifecyclePolicy | None, after: LifecyclePolicy | None) -> tuple[str, ...]:
    """Say line by line which rules are removed and which are added, without those that stay."""
    return tuple(line for line in _lines(_ordered(before), _ordered(after)) if not line.startswith(" "))


def loss_line(loss: Loss) -> str:
    """Say which image is treated worse, which rule decided about it, and which rule decides now."""
    image = f"an image tagged {' and '.join(f'`{tag}`' for tag in loss.tags)}" if loss.tags else "an untagged image"
    if loss.storage_class is StorageClass.ARCHIVE:
        image = f"{image} in the archive"
    before = (
        f"kept or expired by rule {_numbered(loss.kept_by)}" if loss.kept_by else "kept, because no rule selected it"
    )
    after = f"now by rule {_numbered(loss.lost_by)}"
    if loss.then_by:
        after += f", and then by rule {_numbered(loss.then_by)}"
    rarely = " (only where there are that many)" if loss.weight is LossSeverity.RARELY_LOST else ""
    return f"{image}: {before}; {after}{rarely}"


def _summary(repository: ReviewedRepository) -> str | None:
    if repository.lifecycle_text is None:
        return None
    if repository.lifecycle is None:
        return "AWS would refuse it" if repository.knows_its_lifecycle else "known only once deployed"
    return counted(len(repository.lifecycle.rules), "rule")


def _ordered(policy: LifecyclePolicy | None) -> _Rules:
    """Return the rules with the entries of their lists in one order: it means nothing."""
    return tuple(replace(rule, selection=_sorted(rule.selection)) for rule in policy.rules) if policy else ()


def _sorted(selection: Selection) -> Selection:
    match selection:
        case TaggedLike(patterns):
            return TaggedLike(tuple(sorted(patterns)))
        case TaggedWith(prefixes):
            return TaggedWith(tuple(sorted(prefixes)))
        case _:
            return selection


def _plain(rules: _Rules) -> _Rules:
    return tuple(replace(rule, description="") for rule in rules)


def _lines(before: _Rules, after: _Rules) -> Iterator[str]:
    """Give the rules of both by their numbers: what went, what came, and what stayed, if under another number."""
    old, new = ({rule.priority: rule for rule in rules} for rules in (before, after))
    # No two rules of one policy select the same, so what a rule says finds it again under another number.
    numbers = {rule_in_words(rule): rule.priority for rule in old.values()}
    stayed = {numbers[rule_in_words(rule)] for rule in new.values() if rule_in_words(rule) in numbers}
    for priority in sorted({*old, *new}):
        if priority in old and priority not in stayed:
            yield f"- rule {_numbered(old[priority])}"
        if priority in new:
            rule = new[priority]
            was = numbers.get(rule_in_words(rule))
            if was is None:
                yield f"+ rule {_numbered(rule)}"
            else:
                yield f"  rule {priority}{f' (was {was})' if was != priority else ''}: {rule_in_words(rule)}"


def _numbered(rule: LifecycleRule) -> str:
    return f"{rule.priority}: {rule_in_words(rule)}"

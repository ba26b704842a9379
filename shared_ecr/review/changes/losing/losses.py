"""Which images another lifecycle policy would lose that the one before kept, decided from the two policies alone.

The rule that claims an image decides about it by itself, so two policies differ for a kind of image where their two
claiming rules do. Ages and places are free: any image can be of any age and have any number of younger ones, except
that it has no more of them among fewer. `shared_ecr.fate.evaluation` says the same of images that are there.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules
"""

from enum import StrEnum

from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import (
    Action,
    AnyImage,
    ArchivedAge,
    LifecycleRule,
    NewestImages,
    PulledAge,
    PushedAge,
    StorageClass,
    Untagged,
)
from shared_ecr.records import record
from shared_ecr.review.changes.losing.claims import ClaimedKind, Claims, patterns_of

# There is no action to retain: to keep all images of a kind, people write a count that is never reached.
KEEPS_ALL = 999
# Entries of both policies: more are not written by hand, and to distinguish them takes seconds.
ENTRIES_AT_MOST = 1_000


class LossSeverity(StrEnum):
    """How severe the effect of a new policy on a kind of image is."""

    LOST = "lost"
    RARELY_LOST = "rarely lost"
    """Only where more images are pushed, or were archived by hand, than expected."""
    ARCHIVED = "archived"


@record
class Loss:
    """A kind of image that the new policy treats worse."""

    weight: LossSeverity
    tags: tuple[str, ...]
    """Tags of one image of the kind; none where it is untagged."""
    storage_class: StorageClass
    kept_by: LifecycleRule | None
    """The rule that decided before; None where no rule did."""
    lost_by: LifecycleRule
    then_by: LifecycleRule | None = None
    """The rule that expires what *lost_by* archives, where that is new."""


def losses(before: LifecyclePolicy | None, after: LifecyclePolicy | None) -> tuple[Loss, ...]:
    """Return what *after* loses or archives, and *before* did not, the worst for each pair of rules."""
    if before == after or after is None:
        return ()
    claims = Claims(before, after)
    found: dict[tuple[LifecycleRule | None, LifecycleRule], Loss] = {}
    asked = {rule.storage_class for rule in after.rules}
    for storage_class in (each for each in StorageClass if each in asked):
        for tags in claims.kinds():
            claimed = claims.claimed(tags, storage_class)
            loss = _loss(claimed, claimed.after, claims, storage_class) if claimed.after else None
            if loss:
                key = (loss.kept_by, loss.lost_by)
                found[key] = min(found.get(key, loss), loss, key=_rank)
    return tuple(sorted(found.values(), key=lambda loss: (_rank(loss), loss.lost_by.priority)))


def is_decidable(before: LifecyclePolicy | None, after: LifecyclePolicy | None) -> bool:
    """Whether the two policies ask for so few tags that they are compared within moments."""
    rules = (*(before.rules if before else ()), *(after.rules if after else ()))
    return sum(len(patterns_of(rule.selection)) for rule in rules) <= ENTRIES_AT_MOST


def _rank(loss: Loss) -> int:
    return list(LossSeverity).index(loss.weight)


def _loss(claimed: ClaimedKind, rule: LifecycleRule, claims: Claims, storage_class: StorageClass) -> Loss | None:
    before = claimed.before
    then = None
    if rule.action is Action.EXPIRE:
        is_lost = before is None or before.action is Action.ARCHIVE or _acts_sooner(rule, before, claims)
    else:
        in_archive = claims.claimed(claimed.tags, StorageClass.ARCHIVE)
        then = in_archive.after
        is_lost = then is not None and not _lost_as_soon((rule, then), (before, in_archive.before), claims)
    if is_lost:
        # Where nothing is archived by rules, a rule for the archive is about images that were archived by hand.
        is_of_own = storage_class is StorageClass.ARCHIVE and claims.archives_first
        is_rare = is_of_own or _protects(rule, before, claims)
        weight = LossSeverity.RARELY_LOST if is_rare else LossSeverity.LOST
    elif rule.action is Action.ARCHIVE and (before is None or _acts_sooner(rule, before, claims)):
        weight = LossSeverity.ARCHIVED
    else:
        return None
    return Loss(weight, claimed.tags, storage_class, before, rule, then if is_lost else None)


def _acts_sooner(rule: LifecycleRule, before: LifecycleRule, claims: Claims) -> bool:
    """Whether *rule* can count out an image that *before* does not count out at the same moment."""
    match (before.count, rule.count):
        case (NewestImages(old), NewestImages(new)):
            # Among fewer images none has a higher place; among others any number can be before it.
            return new < old or not claims.includes(before.selection, rule.selection)
        case (PushedAge(old), PushedAge(new)) | (PulledAge(old), PulledAge(new)) | (ArchivedAge(old), ArchivedAge(new)):
            return new < old
        case (PushedAge(old), PulledAge(new)):
            # Nothing was pulled before it was pushed.
            return new < old
        case _:
            return True


def _lost_as_soon(
    new: tuple[LifecycleRule, LifecycleRule], old: tuple[LifecycleRule | None, LifecycleRule | None], claims: Claims
) -> bool:
    """Whether what a pair of rules archives and then expires was lost before, and no later."""
    (archives, expires), (before, expired_before) = new, old
    if before is None:
        return False
    if before.action is Action.ARCHIVE:
        is_later = expired_before is None or _days(expired_before) > _days(expires)
        return not is_later and not _acts_sooner(archives, before, claims)
    if isinstance(before.count, PushedAge):
        return before.count.days <= _days(archives) + _days(expires)
    return not _acts_sooner(archives, before, claims)


def _days(rule: LifecycleRule) -> int:
    """Return how long an image stays by *rule* at least: a count may be full within the day."""
    return 0 if isinstance(rule.count, NewestImages) else rule.count.days


def _protects(rule: LifecycleRule, before: LifecycleRule | None, claims: Claims) -> bool:
    """Whether *rule* takes some tags out of the reach of what decided *before*, and keeps plenty of them.

    It can still lose what was kept, where more images are pushed than it keeps: that is not intended, and a day of one
    image is taken for the most that people release.
    """
    if not isinstance(rule.count, NewestImages) or isinstance(rule.selection, AnyImage | Untagged):
        return False
    if before is None:
        return rule.count.keep >= KEEPS_ALL
    if before.action is Action.ARCHIVE:
        return rule.count.keep >= KEEPS_ALL
    if isinstance(before.count, NewestImages):
        return rule.count.keep >= max(KEEPS_ALL, before.count.keep)
    is_narrower = not claims.includes(rule.selection, before.selection)
    return rule.count.keep >= KEEPS_ALL or (is_narrower and rule.count.keep >= before.count.days)

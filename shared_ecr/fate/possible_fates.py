"""Which images may be lost or archived, whatever AWS answers to what its documentation leaves open.

`uncertainty` tries one other answer at a time and says what would change. Here all answers count at once: the order of
images of one second, an age that is exactly the limit, patterns that ignore case, a restoration that does not renew, a
referrer whose subject is not there. An image that is not among the results is safe by every combination of answers;
one that is among them may still be safe, because the answers are not combined one by one.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules (silent)
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from heapq import nlargest
from typing import assert_never

from shared_ecr.fate.assumptions import CAUTIOUS
from shared_ecr.fate.images import Image
from shared_ecr.fate.marking import Marks
from shared_ecr.fate.matching import case_can_matter, stars_can_matter
from shared_ecr.fate.ranking import RankedImages
from shared_ecr.fate.verdicts import Fate
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import (
    Action,
    ArchivedAge,
    LifecycleRule,
    NewestImages,
    PulledAge,
    PushedAge,
    StorageClass,
)
from shared_ecr.records import record, replace

# The answers by which each selection selects the most.
_WIDEST = replace(CAUTIOUS, case_matters=False, prefixes_are_literal=False)


@record
class PossibleFates:
    """The digests of images that may expire, and of those that may be archived.

    What the cautious answers mark already may be missing.
    """

    expiring: frozenset[str]
    archived: frozenset[str]


def possible_fates(
    policy: LifecyclePolicy,
    images: Sequence[Image],
    now: datetime,
    found: Marks,
    *,
    at_a_limit: Sequence[str],
) -> PossibleFates:
    """Return what may happen to *images* by some answers.

    Args:
        policy: the rules.
        images: all images of the repository.
        now: when the policy runs.
        found: what the cautious answers make of the images.
        at_a_limit: the digests of images of one second at a count, and of images whose age is exactly the limit.
    """
    selects_more = case_can_matter(policy, (image.tags for image in images)) or stars_can_matter(policy)
    depends_on_answers = selects_more or any(image.subject or image.activated_at for image in images)
    activating = _activating(policy, images, now)
    if not (depends_on_answers or at_a_limit or activating):
        return PossibleFates(frozenset(), frozenset())
    if depends_on_answers:
        expiring, archived = _marked(policy, found, now, selects_more=selects_more)
    else:
        # Which rule claims an image, and from when it counts, is the same by every answer.
        expiring = {digest for digest, fate in found.marked.items() if fate is Fate.EXPIRE}
        archived = found.marked.keys() - expiring
        for digest in at_a_limit:
            (expiring if found.claims[digest].rule.action is Action.EXPIRE else archived).add(digest)
    expiring |= activating
    lists = [
        (image.digest, child)
        for image in images
        if image.children and image.storage_class is StorageClass.STANDARD
        for child in image.children
    ]
    referrers = [image for image in images if image.subject]
    if not lists and not referrers:
        return PossibleFates(frozenset(expiring), frozenset(archived))
    there = {image.digest: image.storage_class for image in images}
    while True:
        possible = _with_referrers(expiring, archived, referrers, there)
        acted_on = possible.expiring | possible.archived
        # A list that stays by every answer holds its manifests by every answer.
        held = {child for holder, child in lists if holder not in acted_on} & (expiring | archived)
        if not held:
            return possible
        expiring, archived = expiring - held, archived - held


def _activating(policy: LifecyclePolicy, images: Sequence[Image], now: datetime) -> set[str]:
    """Return the digests of images that are being restored, and that a rule of the archive would delete until then."""
    ranked = RankedImages((image for image in images if image.is_activating), _WIDEST)
    if not ranked.images:
        return set()
    return {
        ranked.images[number].digest
        for rule in policy.rules
        if rule.storage_class is StorageClass.ARCHIVE
        for number in _may_be_marked(rule, ranked.images, ranked.identified(rule.selection), now)
    }


def _marked(policy: LifecyclePolicy, found: Marks, now: datetime, *, selects_more: bool) -> tuple[set[str], set[str]]:
    """Return the digests that a rule may mark to expire, and to be archived."""
    expiring: set[str] = set()
    archived: set[str] = set()
    widened = {
        storage_class: RankedImages(ranked.images, _WIDEST) if selects_more else ranked
        for storage_class, ranked in found.rankings.items()
    }
    # The images that no rule claims by every answer, at their numbers; a referrer may be selected by no rule.
    unclaimed: dict[StorageClass, list[Image | None]] = {
        storage_class: list(ranked.images) for storage_class, ranked in found.rankings.items()
    }
    for rule in policy.rules:
        ranked, left = found.rankings[rule.storage_class], unclaimed[rule.storage_class]
        # A pattern that ignores case, and a prefix that is a pattern, select what they select otherwise, and more.
        identified = widened[rule.storage_class].identified(rule.selection)
        marked = expiring if rule.action is Action.EXPIRE else archived
        for number in _may_be_marked(rule, ranked.images, identified, now):
            image = left[number]
            if image is not None:
                marked.add(image.digest)
        for number in ranked.identified(rule.selection):
            image = left[number]
            if image is not None and not image.subject:
                left[number] = None
    return expiring, archived


def _may_be_marked(
    rule: LifecycleRule, images: Sequence[Image], identified: Sequence[int], now: datetime
) -> Sequence[int]:
    """Return those of the *identified* images that *rule* may mark."""
    if isinstance(rule.count, NewestImages):
        keep = rule.count.keep
        if len(identified) <= keep:
            return ()
        # So many images are as young as this one or younger, each as young as an answer can make it.
        youngest = nlargest(keep + 1, (_latest(images[number]) for number in identified))[-1]
        return [number for number in identified if _earliest(images[number]) <= youngest]
    try:
        limit = now - timedelta(days=rule.count.days)
    except OverflowError:
        return ()
    since = _since(rule.count)
    return [number for number in identified if since(images[number]) <= limit]


def _since(count: PushedAge | PulledAge | ArchivedAge) -> Callable[[Image], datetime]:
    """Return the earliest time that an age may count from."""
    match count:
        case PushedAge():
            return _earliest
        case PulledAge():
            return lambda image: image.last_used_at
        case ArchivedAge():
            return lambda image: image.archived_at or image.pushed_at
        case _:
            assert_never(count)


def _earliest(image: Image) -> datetime:
    """Return the earliest time that its order or its age may count from."""
    return min(image.pushed_at, image.activated_at) if image.activated_at else image.pushed_at


def _latest(image: Image) -> datetime:
    """Return the latest time that its order may count from."""
    return max(image.pushed_at, image.activated_at) if image.activated_at else image.pushed_at


def _with_referrers(
    expiring: Iterable[str], archived: Iterable[str], referrers: Sequence[Image], there: dict[str, StorageClass]
) -> PossibleFates:
    """Add the referrers of what may expire or be archived, and those whose subject is deleted or archived already.

    AWS deletes or archives them "within 24 hours of the deletion or archival of the subject image", and does not say
    what happens to one whose subject was never there.
    """
    lost, kept_cold = set(expiring), set(archived)
    by_subject: dict[str, list[Image]] = defaultdict(list)
    for each in referrers:
        by_subject[each.subject or ""].append(each)
    lost.update(each.digest for each in referrers if each.subject not in there)
    kept_cold.update(
        each.digest
        for each in referrers
        if there.get(each.subject or "") is StorageClass.ARCHIVE and each.storage_class is StorageClass.STANDARD
    )
    for found in (lost, kept_cold):
        waiting = [subject for subject in by_subject if subject in found]
        while waiting:
            for each in by_subject.get(waiting.pop(), ()):
                is_cold = found is kept_cold and each.storage_class is StorageClass.ARCHIVE
                if each.digest not in found and not is_cold:
                    found.add(each.digest)
                    waiting.append(each.digest)
    return PossibleFates(frozenset(lost), frozenset(kept_cold))

"""What the rules make of the images by themselves: who claims which, and which each rule counts out."""

from collections.abc import Sequence
from datetime import datetime

from shared_ecr.fate.assumptions import Assumptions
from shared_ecr.fate.images import Image
from shared_ecr.fate.ranking import RankedImages, marks
from shared_ecr.fate.verdicts import Claim, Fate
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import Action, NewestImages, StorageClass
from shared_ecr.records import field, record


@record(frozen=False)
class Marks:
    """Claims and marks by digest, and the rankings they were read from."""

    rankings: dict[StorageClass, RankedImages]
    claims: dict[str, Claim] = field(default_factory=dict)
    marked: dict[str, Fate] = field(default_factory=dict)
    """What the claiming rule would do to each image that it counts out."""


def mark(policy: LifecyclePolicy, images: Sequence[Image], now: datetime, assumptions: Assumptions) -> Marks:
    """Let each rule, by priority, claim what it identifies first, and mark what it counts out of that."""
    rankings = {
        storage_class: RankedImages((image for image in images if image.storage_class is storage_class), assumptions)
        for storage_class in StorageClass
    }
    found = Marks(rankings)
    without = without_place(images, assumptions)
    claims, marked = found.claims, found.marked
    for rule in policy.rules:
        ranked = rankings[rule.storage_class]
        identified = ranked.identified(rule.selection)
        clock, is_marked = ranked.clock_of(rule.count), marks(rule.count, now)
        unclaimed, total = ranked.unclaimed, len(identified)
        fate = Fate.EXPIRE if rule.action is Action.EXPIRE else Fate.ARCHIVE
        for number, place in zip(identified, ranked.places(identified, without), strict=True):
            image = unclaimed[number]
            if image is not None:
                unclaimed[number] = None
                since = clock(image)
                claims[image.digest] = Claim(rule, place, total, since)
                if is_marked(place, since):
                    marked[image.digest] = fate
    return found


def recounted(policy: LifecyclePolicy, found: Marks, without: frozenset[str]) -> dict[str, Fate]:
    """Return what would be marked if the digests *without* took no places: less of the counts, the rest as it is."""
    marked = found.marked.copy()
    counting = {found.claims[digest].rule.priority for digest in marked}
    for rule in policy.rules:
        if rule.priority not in counting or not isinstance(rule.count, NewestImages):
            continue
        ranked = found.rankings[rule.storage_class]
        identified = ranked.identified(rule.selection)
        for number, place in zip(identified, ranked.places(identified, without), strict=True):
            if place > rule.count.keep:
                break
            digest = ranked.images[number].digest
            if digest in marked and found.claims[digest].rule is rule:
                del marked[digest]
    return marked


def without_place(images: Sequence[Image], assumptions: Assumptions) -> frozenset[str]:
    """Return the digests that take no places in a count by *assumptions*."""
    without: set[str] = set()
    if not assumptions.children_take_places:
        without.update(child for image in images for child in image.children)
    if not assumptions.referrers_take_places:
        without.update(image.digest for image in images if image.subject)
    return frozenset(without)

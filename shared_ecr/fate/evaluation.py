"""The fate of every image of a repository under a lifecycle policy at one time, by the rules AWS documents.

All rules look at the same images. The first rule that identifies an image claims it, and that rule alone may act
on it, also when it decides to keep it. Places and ages are counted over all images a rule identifies, those of other
rules included. A manifest list holds its manifests until a later run; a subject takes its referrers along.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from shared_ecr.fate.assumptions import CAUTIOUS, Assumptions
from shared_ecr.fate.collector import collector_waiting
from shared_ecr.fate.images import Image
from shared_ecr.fate.marking import Marks, mark
from shared_ecr.fate.verdicts import Fate, ImageFate
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import StorageClass
from shared_ecr.records import field, record


@record(frozen=False)
class Fates:
    """The fates by digest, and the digest that caused one: a list that holds, a subject that takes along.

    An image that is not among them is kept.
    """

    fates: dict[str, Fate]
    causes: dict[str, str] = field(default_factory=dict)


def evaluate(
    policy: LifecyclePolicy, images: Sequence[Image], now: datetime, assumptions: Assumptions = CAUTIOUS
) -> tuple[ImageFate, ...]:
    """Return the verdict on each of *images*, in their order; *now* is aware of its zone, digests are unique."""
    with collector_waiting():
        found = mark(policy, images, now, assumptions)
        return verdicts(images, found, settle(images, found.marked, assumptions), now)


def settle(images: Sequence[Image], marked: Mapping[str, Fate], assumptions: Assumptions) -> Fates:
    """Let lists hold some of the *marked* images, and the others take their referrers along."""
    settled = Fates(dict(marked))
    _hold_what_lists_name(settled, images, marked, assumptions)
    _take_referrers_along(settled, images)
    return settled


def verdicts(images: Sequence[Image], found: Marks, settled: Fates, now: datetime) -> tuple[ImageFate, ...]:
    """Put together what is known of each image."""
    # Looking up a member of an enumeration costs as much as a verdict, so it is done once.
    claim, fate, cause, keep = found.claims.get, settled.fates.get, settled.causes.get, Fate.KEEP
    return tuple(
        [ImageFate(image, fate(image.digest, keep), now, claim(image.digest), cause(image.digest)) for image in images]
    )


def _hold_what_lists_name(
    settled: Fates, images: Sequence[Image], marked: Mapping[str, Fate], assumptions: Assumptions
) -> None:
    """Block marked manifests that a list refers to. A list in the archive holds nothing any more."""
    for image in images:
        if not image.children or image.storage_class is StorageClass.ARCHIVE:
            continue
        is_marked = image.digest in marked
        if is_marked and not assumptions.children_wait_for_a_later_run:
            continue
        for child in image.children:
            # Of several lists, name one that stays rather than one that expires.
            if child in marked and not (is_marked and child in settled.causes):
                settled.fates[child] = Fate.BLOCKED
                settled.causes[child] = image.digest


def _take_referrers_along(settled: Fates, images: Sequence[Image]) -> None:
    """Let referrers share the fate of their subject, and theirs the referrers'."""
    referrers: dict[str, list[Image]] = defaultdict(list)
    for image in images:
        if image.subject:
            referrers[image.subject].append(image)
    fates = settled.fates
    waiting = [subject for subject in referrers if fates.get(subject) in {Fate.EXPIRE, Fate.ARCHIVE}]
    while waiting:
        subject = waiting.pop()
        fate = Fate.CASCADE_EXPIRE if fates[subject].is_loss else Fate.CASCADE_ARCHIVE
        for referrer in referrers.get(subject, ()):
            if _gives_way(fates.get(referrer.digest, Fate.KEEP), fate, referrer):
                fates[referrer.digest] = fate
                settled.causes[referrer.digest] = subject
                waiting.append(referrer.digest)


def _gives_way(own: Fate, to: Fate, referrer: Image) -> bool:
    """Whether a referrer's *own* fate gives way to the one its subject brings: the heavier loss wins."""
    if to is Fate.CASCADE_EXPIRE:
        return own in {Fate.KEEP, Fate.ARCHIVE, Fate.CASCADE_ARCHIVE}
    return own is Fate.KEEP and referrer.storage_class is StorageClass.STANDARD

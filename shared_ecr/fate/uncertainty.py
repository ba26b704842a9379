"""Say of every image whose fate depends on something AWS does not document: on what, and what would happen otherwise.

The other answer to each question is tried, and the fates are compared; nothing is said where nothing would change.
`possible_fates` then finds what may be lost by several answers at once.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules (silent)
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from shared_ecr.fate.assumptions import (
    CAUTIOUS,
    QUESTIONS_OF_CAPITALS,
    QUESTIONS_OF_CHILDREN,
    QUESTIONS_OF_REFERRERS,
    QUESTIONS_OF_RESTORED,
    QUESTIONS_OF_STARS,
    OpenQuestion,
)
from shared_ecr.fate.collector import collector_waiting
from shared_ecr.fate.evaluation import settle, verdicts
from shared_ecr.fate.images import Image
from shared_ecr.fate.marking import Marks, mark, recounted, without_place
from shared_ecr.fate.matching import case_can_matter, stars_can_matter
from shared_ecr.fate.possible_fates import possible_fates
from shared_ecr.fate.verdicts import Fate, ImageFate
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import NewestImages, StorageClass
from shared_ecr.records import replace

_IN_WORDS = {
    Fate.KEEP: "it is kept",
    Fate.EXPIRE: "it expires",
    Fate.ARCHIVE: "it is archived",
    Fate.BLOCKED: "a manifest list holds it",
    Fate.CASCADE_EXPIRE: "it expires with its subject",
    Fate.CASCADE_ARCHIVE: "it is archived with its subject",
}

# An image that a list holds is reported as held: what happens to it later is known.
_CERTAIN_LOSSES = frozenset({Fate.EXPIRE, Fate.CASCADE_EXPIRE, Fate.BLOCKED})


def judge(policy: LifecyclePolicy, images: Sequence[Image], now: datetime) -> tuple[ImageFate, ...]:
    """Return the verdict on each image by the cautious answers, with the open questions it depends on named.

    An image that is kept by the cautious answers and may be lost by others says so (`may_expire`).
    """
    with collector_waiting():
        found = mark(policy, images, now, CAUTIOUS)
        settled = settle(images, found.marked, CAUTIOUS)
        judged = verdicts(images, found, settled, now)
        notes: dict[str, list[str]] = defaultdict(list)
        for question in _asked_by(policy, images):
            others = _answered(question, policy, images, now, found)
            for digest in settled.fates.keys() | others.keys():
                other = others.get(digest, Fate.KEEP)
                if settled.fates.get(digest, Fate.KEEP) is not other:
                    then = f"{question.if_otherwise}, {_IN_WORDS[other]}"
                    notes[digest].append(f"AWS leaves open: {then} [{question.code}]")
        at_a_limit = [*_ties(policy, found), *_borders(policy, judged, now)]
        for digest, note in (*at_a_limit, *_orphans(images)):
            notes[digest].append(note)
        possible = possible_fates(
            policy,
            images,
            now,
            found,
            at_a_limit=[digest for digest, _ in at_a_limit],
        )
        certain = settled.fates.get
        may_expire = {digest for digest in possible.expiring if certain(digest) not in _CERTAIN_LOSSES}
        may_be_archived = {digest for digest in possible.archived if certain(digest) is None}
        for image in images:
            if image.is_activating and image.digest in may_expire:
                note = "if rules of the archive reach an image that is being restored, it expires"
                notes[image.digest].append(f"AWS leaves open: {note} [open-activating]")
        for digest in (may_expire | may_be_archived) - notes.keys():
            then = "it may expire" if digest in may_expire else "it may be archived"
            notes[digest].append(f"AWS leaves open: by several of the open answers together {then} [open-together]")
        if not notes:
            return judged
        return tuple(
            replace(
                verdict,
                notes=tuple(notes[verdict.image.digest]),
                may_expire=verdict.image.digest in may_expire,
                may_be_archived=verdict.image.digest in may_be_archived,
            )
            if verdict.image.digest in notes
            else verdict
            for verdict in judged
        )


def _answered(
    question: OpenQuestion, policy: LifecyclePolicy, images: Sequence[Image], now: datetime, found: Marks
) -> dict[str, Fate]:
    """Return the fates by the other answer, of what is already known as far as that reaches."""
    otherwise = question.otherwise
    selects_alike = otherwise.referrers_are_selected and otherwise.case_matters and otherwise.prefixes_are_literal
    if not (selects_alike and otherwise.restoring_renews):
        found = mark(policy, images, now, otherwise)
        return settle(images, found.marked, otherwise).fates
    without = without_place(images, otherwise)
    marked = recounted(policy, found, without) if without else found.marked
    return settle(images, marked, otherwise).fates


def _asked_by(policy: LifecyclePolicy, images: Sequence[Image]) -> Iterator[OpenQuestion]:
    """Yield the questions that can matter to *images* under *policy* at all."""
    if case_can_matter(policy, (image.tags for image in images)):
        yield from QUESTIONS_OF_CAPITALS
    if stars_can_matter(policy):
        yield from QUESTIONS_OF_STARS
    if any(image.children for image in images):
        yield from QUESTIONS_OF_CHILDREN
    if any(image.subject for image in images):
        yield from QUESTIONS_OF_REFERRERS
    if any(image.activated_at for image in images):
        yield from QUESTIONS_OF_RESTORED


def _ties(policy: LifecyclePolicy, found: Marks) -> Iterator[tuple[str, str]]:
    """Find images of one second on both sides of a rule's count: which of them stay is not documented.

    Images that another rule claims take places too, so one that is kept may be tied with one that is not its rule's.
    """
    claims = found.claims
    for rule in policy.rules:
        if not isinstance(rule.count, NewestImages):
            continue
        ranked = found.rankings[rule.storage_class]
        identified = ranked.identified(rule.selection)
        keep = rule.count.keep
        if len(identified) <= keep:
            continue
        second = ranked.images[identified[keep]].ordered_by
        if ranked.images[identified[keep - 1]].ordered_by != second:
            continue
        first, last = keep, keep
        while first > 0 and ranked.images[identified[first - 1]].ordered_by == second:
            first -= 1
        while last < len(identified) and ranked.images[identified[last]].ordered_by == second:
            last += 1
        note = f"{last - first} images of one second are at the count of rule {rule.priority}; which remain may differ"
        for number in identified[first:last]:
            digest = ranked.images[number].digest
            if claims[digest].rule is rule:
                yield digest, f"AWS leaves open: {note} [open-tie]"


def _orphans(images: Sequence[Image]) -> Iterator[tuple[str, str]]:
    """Find referrers whose subject is deleted or archived already: AWS acts on them after their subject."""
    if not any(image.subject for image in images):
        return
    there = {image.digest: image.storage_class for image in images}
    for image in images:
        if not image.subject:
            continue
        if image.subject not in there:
            note = "its subject does not exist; if ECR deletes such signatures and SBOMs, it expires"
            yield image.digest, f"AWS leaves open: {note} [open-subject]"
        elif there[image.subject] is StorageClass.ARCHIVE and image.storage_class is StorageClass.STANDARD:
            note = "its subject is archived already; if ECR archives such signatures and SBOMs, it is archived"
            yield image.digest, f"AWS leaves open: {note} [open-subject]"


def _borders(policy: LifecyclePolicy, judged: Sequence[ImageFate], now: datetime) -> Iterator[tuple[str, str]]:
    """Find images whose age is exactly the limit: `older than` is read strictly, the second is not observable."""
    limits: dict[int, datetime] = {}
    for rule in policy.rules:
        with suppress(OverflowError):
            if not isinstance(rule.count, NewestImages):
                limits[rule.priority] = now - timedelta(days=rule.count.days)
    for verdict in judged:
        claim = verdict.claim
        if claim and claim.since is not None and claim.since == limits.get(claim.rule.priority):
            note = f"AWS leaves open: its age is exactly the limit of rule {claim.rule.priority}"
            yield verdict.image.digest, f"{note}; it expires with the next run [open-border]"

"""Say of every image whose fate hangs on something AWS does not document: on what, and what would be otherwise.

The other answer is tried out, and the fates compared; nothing is said where nothing would change.
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
    OpenQuestion,
)
from shared_ecr.fate.collector import collector_waiting
from shared_ecr.fate.evaluation import settle, verdicts
from shared_ecr.fate.images import Image
from shared_ecr.fate.marking import Marks, mark, recounted, without_place
from shared_ecr.fate.matching import entries_of
from shared_ecr.fate.verdicts import Fate, ImageFate
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import NewestImages
from shared_ecr.records import replace

_IN_WORDS = {
    Fate.KEEP: "it is kept",
    Fate.EXPIRE: "it expires",
    Fate.ARCHIVE: "it is archived",
    Fate.BLOCKED: "a manifest list holds it",
    Fate.CASCADE_EXPIRE: "it expires with its subject",
    Fate.CASCADE_ARCHIVE: "it is archived with its subject",
}


def judge(policy: LifecyclePolicy, images: Sequence[Image], now: datetime) -> tuple[ImageFate, ...]:
    """Return the verdict on each image by the cautious answers, with the open questions it hangs on named."""
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
        for digest, note in (*_ties(judged), *_borders(policy, judged, now)):
            notes[digest].append(note)
        if not notes:
            return judged
        return tuple(
            replace(verdict, notes=tuple(notes[verdict.image.digest])) if verdict.image.digest in notes else verdict
            for verdict in judged
        )


def _answered(
    question: OpenQuestion, policy: LifecyclePolicy, images: Sequence[Image], now: datetime, found: Marks
) -> dict[str, Fate]:
    """Return the fates by the other answer, of what is already known as far as that reaches."""
    otherwise = question.otherwise
    if not (otherwise.referrers_are_selected and otherwise.restoring_renews and otherwise.case_matters):
        found = mark(policy, images, now, otherwise)
        return settle(images, found.marked, otherwise).fates
    without = without_place(images, otherwise)
    marked = recounted(policy, found, without) if without else found.marked
    return settle(images, marked, otherwise).fates


def _asked_by(policy: LifecyclePolicy, images: Sequence[Image]) -> Iterator[OpenQuestion]:
    """Yield the questions that can matter to *images* under *policy* at all."""
    entries = [entry for rule in policy.rules for entry in entries_of(rule.selection)]
    if entries and (_has_capitals(entries) or _has_capitals([tag for image in images for tag in image.tags])):
        yield from QUESTIONS_OF_CAPITALS
    if any(image.children for image in images):
        yield from QUESTIONS_OF_CHILDREN
    if any(image.subject for image in images):
        yield from QUESTIONS_OF_REFERRERS
    if any(image.activated_at for image in images):
        yield from QUESTIONS_OF_RESTORED


def _has_capitals(texts: Sequence[str]) -> bool:
    joined = "".join(texts)
    return joined != joined.lower()


def _ties(judged: Sequence[ImageFate]) -> Iterator[tuple[str, str]]:
    """Find images of one second on both sides of a rule's count: which of them stay is not documented."""
    counted = [verdict for verdict in judged if verdict.claim and verdict.claim.since is None]
    last_kept: dict[int, ImageFate] = {}
    first_gone: dict[int, ImageFate] = {}
    for verdict in counted:
        claim = verdict.claim
        if claim and isinstance(claim.rule.count, NewestImages):
            number, place = claim.rule.priority, claim.place
            if place <= claim.rule.count.keep:
                if number not in last_kept or place > _place(last_kept[number]):
                    last_kept[number] = verdict
            elif number not in first_gone or place < _place(first_gone[number]):
                first_gone[number] = verdict
    for number in last_kept.keys() & first_gone.keys():
        second = last_kept[number].image.ordered_by
        if second == first_gone[number].image.ordered_by:
            tied = [each for each in counted if each.claimed_by == number and each.image.ordered_by == second]
            for verdict in tied:
                note = f"{len(tied)} images of one second are at the count of rule {number}; which remain may differ"
                yield verdict.image.digest, f"AWS leaves open: {note} [open-tie]"


def _place(verdict: ImageFate) -> int:
    return verdict.claim.place if verdict.claim else 0


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

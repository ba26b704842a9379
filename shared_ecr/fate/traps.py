"""Rules that do not do what they look like: a protection that selects nothing, a list that is read as AND.

These explain; they do not block, for what they cost is found by the guards.
"""

from collections.abc import Iterator, Sequence

from shared_ecr.fate.assumptions import CAUTIOUS
from shared_ecr.fate.findings import FateFinding, named
from shared_ecr.fate.images import Image
from shared_ecr.fate.kinds import kind_of
from shared_ecr.fate.matching import Pattern, entries_of
from shared_ecr.fate.ranking import RankedImages
from shared_ecr.fate.reasons import described
from shared_ecr.fate.verdicts import ImageFate
from shared_ecr.findings import Severity
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import LifecycleRule, TaggedLike, TaggedWith
from shared_ecr.text import listed, nearest


def traps(repository: str, policy: LifecyclePolicy, verdicts: Sequence[ImageFate]) -> Iterator[FateFinding]:
    """Yield what *policy* seems to say and does not, of the images that *verdicts* are about."""
    tagged = [rule for rule in policy.rules if isinstance(rule.selection, TaggedLike | TaggedWith)]
    for rule in tagged:
        lost_later = [
            verdict
            for verdict in verdicts
            if verdict.fate.is_loss and verdict.claim and verdict.claim.rule.priority > rule.priority
        ]
        if lost_later:
            yield from _protects_nothing(repository, rule, verdicts, len(lost_later))
            yield from _read_as_and(repository, rule, lost_later)


def _protects_nothing(
    repository: str, rule: LifecycleRule, verdicts: Sequence[ImageFate], lost: int
) -> Iterator[FateFinding]:
    if any(verdict.claim and verdict.claim.rule is rule for verdict in verdicts):
        return
    candidates = [verdict.image for verdict in verdicts if verdict.image.storage_class is rule.storage_class]
    if RankedImages((image for image in candidates if image.tags), CAUTIOUS).identified(rule.selection):
        return
    yield FateFinding(
        "fate-protects-nothing", Severity.WARNING,
        f"rule {rule.priority} selects none of {len(verdicts)} images {described(rule.selection)}, "
        f"and rules after it expire {lost}",
        "No rule of ECR keeps images: they are kept only while a rule with a lower number selects them",
        _kinds_there(rule, candidates), repository=repository,
    )  # fmt: skip


def _kinds_there(rule: LifecycleRule, images: Sequence[Image]) -> str:
    kinds = sorted({kind_of(tag) for image in images for tag in image.tags})
    if not kinds:
        return "No image has a tag"
    wanted = entries_of(rule.selection)[0].rstrip("*")
    near = nearest(wanted, [kind.rstrip("*") for kind in kinds]) if wanted else None
    hint = f"; did you mean `{near}`?" if near and near != wanted else ""
    return f"The tags there are of the kinds {listed(f'`{kind}`' for kind in kinds[:5])}{hint}"


def _read_as_and(repository: str, rule: LifecycleRule, lost: Sequence[ImageFate]) -> Iterator[FateFinding]:
    entries = entries_of(rule.selection)
    if len(entries) < 2:  # noqa: PLR2004 — one entry cannot be joined by AND
        return
    if isinstance(rule.selection, TaggedWith):
        entries = tuple(f"{prefix}*" for prefix in entries)
    patterns = [Pattern.parse(entry) for entry in entries]
    cost = [
        verdict.image
        for verdict in lost
        if verdict.image.storage_class is rule.storage_class
        and any(pattern.matches(tag) for pattern in patterns for tag in verdict.image.tags)
    ]
    if cost:
        yield FateFinding(
            "fate-and-trap", Severity.WARNING,
            f"rule {rule.priority} selects images {described(rule.selection)} at once; "
            f"{len(cost)} that have only some of them are left to later rules and expire: {named(cost)}",
            "ECR reads the entries of a list as AND", "Write one rule for each, if any of them was meant to be enough",
            repository=repository, images=tuple(cost),
        )  # fmt: skip

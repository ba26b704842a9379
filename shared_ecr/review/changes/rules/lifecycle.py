"""What a change of lifecycle rules takes away: by the images that are there, or by the rules alone."""

from collections.abc import Iterator
from functools import lru_cache

from shared_ecr.fate.assumptions import CAUTIOUS
from shared_ecr.fate.changes import ChangeKind
from shared_ecr.fate.matching import entries_of
from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.fate.ranking import RankedImages
from shared_ecr.fate.reasons import described
from shared_ecr.findings import Severity
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import LifecycleRule
from shared_ecr.review.changes.cases import RepositoryPair, ReviewContext
from shared_ecr.review.changes.losing.losses import Loss, LossSeverity, is_decidable, losses
from shared_ecr.review.changes.losing.words import loss_line, rule_lines
from shared_ecr.review.findings import RuleFinding, error, note
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.text import first_lines

_PROTECTS_NOTHING = "fate-protects-nothing"
_REMEMBERED = 256
# People do not read more lines than these.
_AT_MOST = 10
_FIX = "Check that it is intended, with an inventory (--images) if there is none yet; then acknowledge it"


def fates(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find which of the images that are there would be lost, and were kept before."""
    outcome = case.outcome
    if outcome is None:
        return
    is_any_lost = any(each.kind is ChangeKind.NOW_LOST for each in outcome.changes)
    for found in outcome.findings:
        severity = found.severity
        if found.code == _PROTECTS_NOTHING:
            # A protection for tags that are not pushed yet is as good as before.
            severity = Severity.ERROR if is_any_lost else Severity.NOTE
        images = _shown([image.shown for image in found.images], "images")
        yield RuleFinding(found.code, severity, found.what, found.why, found.fix, images)


def protects_nothing(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find a rule that protected images which are there, and now selects none of them."""
    outcome = case.outcome
    if outcome is None or outcome.before is None or case.before.lifecycle is None:
        return
    if not is_decidable(case.before.lifecycle, outcome.policy):
        return
    reported = " ".join(found.what for found in outcome.findings if found.code == _PROTECTS_NOTHING)
    lost = {(each.kept_by, each.lost_by) for each in _losses(case.before.lifecycle, outcome.policy)
            if each.weight is LossSeverity.LOST}  # fmt: skip
    for old, new in _turned(case.before.lifecycle, outcome.policy):
        exposed = [
            after.image for before, after in zip(outcome.before, outcome.verdicts, strict=True)
            if before.claim and after.claim and before.claim.rule == old and not before.fate.is_loss
            and (old, after.claim.rule) in lost
        ]  # fmt: skip
        if exposed and f"rule {new.priority} " not in reported and not _selects_any(new, outcome):
            yield error(
                _PROTECTS_NOTHING,
                f"rule {new.priority} selects none of {len(outcome.verdicts)} images {described(new.selection)}; "
                f"it selected {len(exposed)}, which rules after it may now expire",
                "No rule of ECR keeps images: they are kept only while a rule with a lower number selects them",
                "Write tags that exist", _shown([image.shown for image in exposed], "images"),
            )  # fmt: skip


def loses_more(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find rules by which more images can expire than before, whether or not any of them is there now."""
    yield from judged_lifecycle(case.before, case.after, case.outcome)


def judged_lifecycle(
    old: ReviewedRepository, new: ReviewedRepository, outcome: RepositoryOutcome | None = None
) -> Iterator[RuleFinding]:
    """Judge another lifecycle policy of a repository, or of what a creation template creates.

    *outcome* is what becomes of the images that are there, where an inventory reports them.
    """
    before, after = old.lifecycle, new.lifecycle
    unread = before is None and old.lifecycle_text is not None
    if before == after or after is None or unread:
        return
    if not is_decidable(before, after):
        yield error(
            "lifecycle-loses-more", "the rules select by so many tags that their effects cannot be compared",
            "The change may expire images that were kept before", _FIX, rule_lines(before, after),
        )  # fmt: skip
        return
    found = _losses(before, after)
    lines = rule_lines(before, after)
    if lost := _of(found, LossSeverity.LOST):
        if outcome and any(each.blocks for each in outcome.findings):
            # What it means for the images that are there is reported already, and blocks.
            return
        yield error(
            "lifecycle-loses-more", f"images that were kept can expire; {_number(outcome)}",
            "Expired images cannot be restored", _FIX, (*lines, *lost),
        )  # fmt: skip
    elif rarely := _of(found, LossSeverity.RARELY_LOST):
        yield note(
            "lifecycle-may-lose-more",
            f"a rule that protects images can let some of them expire; {_number(outcome)}",
            "If more images are pushed than it keeps, images that other rules kept expire",
            "Write a count that is never reached, such as 9999", (*lines, *rarely),
        )  # fmt: skip
    if archived := _of(found, LossSeverity.ARCHIVED):
        yield error(
            "lifecycle-archives-more", f"images move to the archive that were not archived before; {_number(outcome)}",
            "A pull of an archived image fails until it is restored, which takes about 20 minutes",
            _FIX, (*lines, *archived),
        )  # fmt: skip


@lru_cache(maxsize=_REMEMBERED)
def _losses(before: LifecyclePolicy | None, after: LifecyclePolicy | None) -> tuple[Loss, ...]:
    return losses(before, after)


def _of(found: tuple[Loss, ...], weight: LossSeverity) -> tuple[str, ...]:
    return _shown([loss_line(each) for each in found if each.weight is weight], "kinds of images")


def _shown(lines: list[str], what: str) -> tuple[str, ...]:
    return tuple(first_lines(lines, _AT_MOST, what))


def _number(outcome: RepositoryOutcome | None) -> str:
    if outcome is None:
        return "number unknown: no inventory"
    lost = sum(each.kind is ChangeKind.NOW_LOST for each in outcome.changes)
    archived = sum(each.kind is ChangeKind.NOW_ARCHIVED for each in outcome.changes)
    moved = f", and {archived} are archived" if archived else ""
    return f"{lost} of {len(outcome.verdicts)} images of the inventory would be lost now{moved}"


def _turned(before: LifecyclePolicy, after: LifecyclePolicy) -> Iterator[tuple[LifecycleRule, LifecycleRule]]:
    """Yield the rules for tags that select other tags than the rule of their number did."""
    old = {rule.priority: rule for rule in before.rules}
    for rule in after.rules:
        was = old.get(rule.priority)
        if was and entries_of(rule.selection) and entries_of(was.selection) and was.selection != rule.selection:
            yield was, rule


def _selects_any(rule: LifecycleRule, outcome: RepositoryOutcome) -> bool:
    images = (each.image for each in outcome.verdicts if each.image.storage_class is rule.storage_class)
    return bool(RankedImages((image for image in images if image.tags), CAUTIOUS).identified(rule.selection))

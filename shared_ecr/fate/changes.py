"""What another policy would do differently to the same images: now lost ones first.

An image that was known to be kept and may expire now is a change as well.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from shared_ecr.fate.images import Image
from shared_ecr.fate.verdicts import ImageFate
from shared_ecr.records import record


class ChangeKind(StrEnum):
    """How a fate changes, in the order in which people want to know."""

    NOW_LOST = "now_lost"
    NOW_ARCHIVED = "now_archived"
    NOW_KEPT = "now_kept"
    OTHERWISE = "otherwise"


@record
class PolicyChange:
    """One image whose fate is not what it was."""

    before: ImageFate
    after: ImageFate

    @property
    def image(self) -> Image:
        """The image."""
        return self.after.image

    @property
    def kind(self) -> ChangeKind:
        """How its fate changes."""
        if self.after.fate.is_loss:
            return ChangeKind.OTHERWISE if self.before.fate.is_loss else ChangeKind.NOW_LOST
        if self.after.fate.is_archiving:
            return ChangeKind.OTHERWISE if self.before.fate.is_archiving else ChangeKind.NOW_ARCHIVED
        was_taken = self.before.fate.is_loss or self.before.fate.is_archiving
        return ChangeKind.NOW_KEPT if was_taken else ChangeKind.OTHERWISE


def changes(before: Sequence[ImageFate], after: Sequence[ImageFate]) -> tuple[PolicyChange, ...]:
    """Return the images whose fate differs; within each kind the youngest first. Both are of the same images."""
    order = list(ChangeKind)
    return tuple(
        sorted(_differing(before, after), key=lambda each: (order.index(each.kind), -each.image.pushed_at.timestamp()))
    )


def _differing(before: Sequence[ImageFate], after: Sequence[ImageFate]) -> Iterator[PolicyChange]:
    for old, new in zip(before, after, strict=True):
        if old.fate is not new.fate or (new.may_expire and not old.may_expire):
            yield PolicyChange(old, new)

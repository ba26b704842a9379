"""Findings about what a policy would now lose: images in use, pulled lately, the last of their kind, or too many."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from shared_ecr.fate.findings import FateFinding, named
from shared_ecr.fate.images import Image
from shared_ecr.fate.kinds import kind_of
from shared_ecr.fate.verdicts import Fate, ImageFate
from shared_ecr.findings import Severity
from shared_ecr.model.lifecycle.rules import StorageClass
from shared_ecr.text import counted

# A month of pulls shows what weekly and monthly jobs run.
RECENTLY = timedelta(days=30)
# A policy that stays as it is loses a little every day; a tenth at once is a change of mind, or a mistake.
MANY = 0.10
_ARCHIVE = StorageClass.ARCHIVE


def findings(
    repository: str, verdicts: Sequence[ImageFate], before: Sequence[ImageFate] | None, used: Mapping[str, str]
) -> Iterator[FateFinding]:
    """Yield what blocks, about images that are lost now and were not *before* (None: nothing was).

    *used* says who uses which digest. An archived image cannot be pulled, so archiving one in use is found as well.
    An image that may be lost, by what AWS leaves open, is not known to be kept, and is found too.
    """
    lost_before = {verdict.image.digest for verdict in before or () if verdict.fate.is_loss}
    archived_before = {verdict.image.digest for verdict in before or () if verdict.fate.is_archiving}
    # The youngest first: an image that is missed is more often among them.
    youngest_first = sorted(verdicts, key=lambda each: each.image.pushed_at, reverse=True)
    lost = [each.image for each in youngest_first if each.fate.is_loss and each.image.digest not in lost_before]
    archived = [
        each.image for each in youngest_first if each.fate.is_archiving and each.image.digest not in archived_before
    ]
    held_before = {image.digest for image in _held_for_now(before or ())}
    held = [image for image in _held_for_now(verdicts) if image.digest not in held_before]
    open_before = lost_before | {verdict.image.digest for verdict in before or () if verdict.may_expire}
    may_expire = [each.image for each in youngest_first if each.may_expire and each.image.digest not in open_before]
    cold_before = archived_before | {verdict.image.digest for verdict in before or () if verdict.may_be_archived}
    may_be_archived = [
        each.image
        for each in youngest_first
        if each.may_be_archived and not each.may_expire and each.image.digest not in cold_before | open_before
    ]
    affected, possibly = [*lost, *archived, *held], [*may_expire, *may_be_archived]
    is_any_archived = bool(archived or may_be_archived)
    yield from _in_use(repository, affected, possibly, used)
    yield from _recently_pulled(repository, affected, possibly, verdicts, is_any_archived=is_any_archived)
    yield from _may_expire(repository, may_expire)
    yield from _last_of_kind(repository, [*lost, *archived], verdicts)
    if len(lost) > MANY * len(verdicts):
        yield FateFinding(
            "fate-many", Severity.ERROR,
            f"{len(lost)} of {len(verdicts)} images would now expire ({len(lost) / len(verdicts):.0%}; more than "
            f"{MANY:.0%} blocks): {named(lost)}",
            "So many images at once are often a mistake in a rule", "Check that they are intended, then acknowledge it",
            repository=repository, images=tuple(lost),
        )  # fmt: skip


def _held_for_now(verdicts: Sequence[ImageFate]) -> Iterator[Image]:
    """Yield the manifests that only an index keeps which expires or is archived itself: a later run deletes them."""
    lost = {verdict.image.digest for verdict in verdicts if verdict.fate.is_loss or verdict.fate.is_archiving}
    yield from (verdict.image for verdict in verdicts if verdict.fate is Fate.BLOCKED and verdict.cause in lost)


def _in_use(
    repository: str, affected: Sequence[Image], possibly: Sequence[Image], used: Mapping[str, str]
) -> Iterator[FateFinding]:
    certain = [image for image in affected if image.digest in used]
    hit = [*certain, *(image for image in possibly if image.digest in used)]
    if hit:
        users = ", ".join(sorted({used[image.digest] for image in hit})[:3])
        yield FateFinding(
            "fate-in-use", Severity.ERROR,
            f"{counted(len(hit), 'image')} in use {_would(hit, certain)} expire or be archived ({users}): {named(hit)}",
            "Containers that use them cannot pull them again",
            "Keep them with a rule with a lower number, or stop using them first",
            repository=repository, images=tuple(hit),
        )  # fmt: skip


def _recently_pulled(
    repository: str,
    affected: Sequence[Image],
    possibly: Sequence[Image],
    verdicts: Sequence[ImageFate],
    *,
    is_any_archived: bool,
) -> Iterator[FateFinding]:
    since = verdicts[0].at - RECENTLY if verdicts else None
    certain = [image for image in affected if since and image.pulled_at and image.pulled_at >= since]
    hit = [*certain, *(image for image in possibly if since and image.pulled_at and image.pulled_at >= since)]
    if hit:
        happens = "expire or be archived" if is_any_archived else "expire"
        yield FateFinding(
            "fate-recently-pulled", Severity.ERROR,
            f"{counted(len(hit), 'image')} pulled in the last {RECENTLY.days} days {_would(hit, certain)} {happens}: "
            f"{named(hit)}",
            "They are in use, or a scanner pulls every image", "Find out which, then acknowledge it",
            repository=repository, images=tuple(hit),
        )  # fmt: skip


def _would(hit: Sequence[Image], certain: Sequence[Image]) -> str:
    """Say whether it is known that all of the images that were *hit* are affected."""
    if len(certain) == len(hit):
        return "would"
    return "would or may" if certain else "may"


def _may_expire(repository: str, images: Sequence[Image]) -> Iterator[FateFinding]:
    if images:
        yield FateFinding(
            "fate-may-expire", Severity.ERROR,
            f"{counted(len(images), 'image')} may expire, which depends on what AWS does not document: {named(images)}",
            "It is not known that they are kept",
            "Read the notes on each of them, and keep them by a rule of a lower number, or acknowledge it",
            repository=repository, images=tuple(images),
        )  # fmt: skip


def _last_of_kind(repository: str, affected: Sequence[Image], verdicts: Sequence[ImageFate]) -> Iterator[FateFinding]:
    if not affected:
        return
    losing: dict[str, list[Image]] = defaultdict(list)
    left: set[tuple[str, StorageClass]] = set()
    changed = {image.digest for image in affected}
    for verdict in verdicts:
        for kind in {kind_of(tag) for tag in verdict.image.tags}:
            if verdict.image.digest in changed:
                losing[kind].append(verdict.image)
            if not verdict.fate.is_loss:
                where = _ARCHIVE if verdict.fate.is_archiving else verdict.image.storage_class
                left.add((kind, where))
    emptied = sorted(kind for kind, images in losing.items() if not _is_any_left(kind, images, left))
    if emptied:
        images = {image.digest: image for kind in emptied for image in losing[kind]}
        kept = "that can be pulled " if any((kind, _ARCHIVE) in left for kind in emptied) else ""
        kinds = ", ".join(f"`{kind}` ({len(losing[kind])})" for kind in emptied[:5])
        yield FateFinding(
            "fate-last-of-kind", Severity.ERROR,
            f"no image {kept}would be left with a tag of {counted(len(emptied), 'kind')}: {kinds}",
            "An environment that pulls by such a tag finds no image",
            "Keep at least the newest with a rule with a lower number",
            repository=repository, images=tuple(images.values()),
        )  # fmt: skip


def _is_any_left(kind: str, affected: Sequence[Image], left: Collection[tuple[str, StorageClass]]) -> bool:
    """Whether one of a *kind* can still be pulled or, where only archived ones are *affected*, be restored."""
    return (kind, StorageClass.STANDARD) in left or (
        (kind, _ARCHIVE) in left and all(image.storage_class is _ARCHIVE for image in affected)
    )

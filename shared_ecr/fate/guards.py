"""Findings about what a policy would newly lose: images in use, pulled lately, the last of their kind, or too many."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from shared_ecr.fate.findings import FateFinding, counted, named
from shared_ecr.fate.images import Image
from shared_ecr.fate.kinds import kind_of
from shared_ecr.fate.verdicts import ImageFate

# A month of pulls shows what weekly and monthly jobs run.
RECENTLY = timedelta(days=30)
# A policy that goes on as before loses a little every day; a tenth at once is a change of mind, or a mistake.
MANY = 0.10


def findings(
    repository: str, verdicts: Sequence[ImageFate], before: Sequence[ImageFate] | None, used: Mapping[str, str]
) -> Iterator[FateFinding]:
    """Yield what blocks, about images that are lost now and were not *before* (None: nothing was).

    *used* says who uses which digest. An archived image cannot be pulled, so archiving one in use is found as well.
    """
    lost_before = {verdict.image.digest for verdict in before or () if verdict.fate.is_loss}
    archived_before = {verdict.image.digest for verdict in before or () if verdict.fate.is_archiving}
    # The youngest first: what somebody misses is rather among them.
    youngest_first = sorted(verdicts, key=lambda each: each.image.pushed_at, reverse=True)
    lost = [each.image for each in youngest_first if each.fate.is_loss and each.image.digest not in lost_before]
    archived = [
        each.image for each in youngest_first if each.fate.is_archiving and each.image.digest not in archived_before
    ]
    yield from _in_use(repository, [*lost, *archived], used)
    yield from _recently_pulled(repository, lost, verdicts)
    yield from _last_of_kind(repository, lost, verdicts)
    if len(lost) > MANY * len(verdicts):
        yield FateFinding(
            "fate-many",
            repository,
            f"{len(lost)} of {len(verdicts)} images would newly expire ({len(lost) / len(verdicts):.0%}; more than "
            f"{MANY:.0%} is asked about): {named(lost)}",
            "Check that they are meant, then acknowledge it",
            tuple(lost),
        )


def _in_use(repository: str, going: Sequence[Image], used: Mapping[str, str]) -> Iterator[FateFinding]:
    hit = [image for image in going if image.digest in used]
    if hit:
        users = ", ".join(sorted({used[image.digest] for image in hit})[:3])
        yield FateFinding(
            "fate-in-use",
            repository,
            f"{counted(hit)} in use would go ({users}): {named(hit)}",
            "Keep them by a rule of a lower number, or stop using them first",
            tuple(hit),
        )


def _recently_pulled(repository: str, lost: Sequence[Image], verdicts: Sequence[ImageFate]) -> Iterator[FateFinding]:
    since = verdicts[0].at - RECENTLY if verdicts else None
    hit = [image for image in lost if since and image.pulled_at and image.pulled_at >= since]
    if hit:
        yield FateFinding(
            "fate-recently-pulled",
            repository,
            f"{counted(hit)} pulled in the last {RECENTLY.days} days would expire: {named(hit)}",
            "Somebody runs them, or a scanner pulls everything; find out which",
            tuple(hit),
        )


def _last_of_kind(repository: str, lost: Sequence[Image], verdicts: Sequence[ImageFate]) -> Iterator[FateFinding]:
    going: dict[str, list[Image]] = defaultdict(list)
    for image in lost:
        for kind in {kind_of(tag) for tag in image.tags}:
            going[kind].append(image)
    if not going:
        return
    left = {kind_of(tag) for verdict in verdicts if not verdict.fate.is_loss for tag in verdict.image.tags}
    gone = sorted(going.keys() - left)
    if gone:
        images = {image.digest: image for kind in gone for image in going[kind]}
        kinds = ", ".join(f"`{kind}` ({len(going[kind])})" for kind in gone[:5])
        yield FateFinding(
            "fate-last-of-kind",
            repository,
            f"no image would be left with a tag of {len(gone)} kind{'s' * (len(gone) > 1)}: {kinds}",
            "Keep at least the newest by a rule of a lower number",
            tuple(images.values()),
        )

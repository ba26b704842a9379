"""Named sets of lifecycle rules, and the ranges of priorities in which they are combined.

A rule of a lower number claims the images that it selects, so the order of the bands is what a composition means:
what is kept for its tag comes first, what is thrown away early next, what concerns any image last.
docs/reference/presets.md says of each what it keeps.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import assert_never

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.lifecycle.rules import (
    Action,
    AnyImage,
    ArchivedAge,
    LifecycleRule,
    NewestImages,
    PulledAge,
    PushedAge,
    TaggedLike,
    Untagged,
)
from shared_ecr.records import record

# More images than a repository of releases ever has; ECR has no action to retain images (user guide,
# LifecyclePolicies).
AS_GOOD_AS_ALL = 9999


class Band(IntEnum):
    """The first priority of each kind of rule, which may use the numbers up to the next one."""

    KEPT = 100
    """Rules that keep images because of their tags."""
    PULL_REQUESTS = 200
    BRANCHES = 300
    UNTAGGED = 400
    COLD = 500
    """Rules that archive images because of their tags."""
    ANY = 900
    """The one rule for any image of the standard storage class."""
    ARCHIVED = 990
    """The one rule for any image of the archive."""


@record
class KeepReleases:
    """Keep, for each of *tags*, the *newest* images, whatever later rules do; by default practically all."""

    tags: tuple[str, ...] = ("v*",)
    newest: int = AS_GOOD_AS_ALL


@record
class PullRequestImages:
    """Expire images of pull requests *days* days after their push."""

    tags: tuple[str, ...] = ("pr-*",)
    days: int = 14


@record
class BranchImages:
    """Keep, for each of *tags*, the *newest* images; expire the others."""

    tags: tuple[str, ...]
    newest: int = 10


@record
class UntaggedImages:
    """Expire images without a tag *days* days after their push."""

    days: int = 14


@record
class ArchiveColdImages:
    """Archive images that no one has pulled for *days* days; expire them later, if ever.

    Without *tags* it looks at any image. *expire_after_days* counts from the archiving, 90 at least.
    """

    days: int = 90
    tags: tuple[str, ...] = ()
    expire_after_days: int | None = None


@record
class NewestOfAll:
    """Keep the *keep* newest images of those that no other rule selects."""

    keep: int = 100


Preset = KeepReleases | PullRequestImages | BranchImages | UntaggedImages | ArchiveColdImages | NewestOfAll


def composed(presets: Sequence[Preset]) -> list[tuple[int, LifecycleRule]]:
    """Return the rules of *presets*, each with the index of the preset it comes from, numbered within their bands.

    Raises:
        InvalidValueError: a value is refused by its rule, or two presets look at any image.
    """
    _refuse_two_for_any(presets)
    taken: Counter[Band] = Counter()
    numbered = []
    for index, preset in enumerate(presets):
        for band, make in _rules(preset):
            numbered.append((index, make.numbered(band + taken[band])))
            taken[band] += 1
    return numbered


@record
class _Unnumbered:
    """A rule without its priority."""

    selection: TaggedLike | Untagged | AnyImage
    count: NewestImages | PushedAge | PulledAge | ArchivedAge
    description: str
    action: Action = Action.EXPIRE

    def numbered(self, priority: int) -> LifecycleRule:
        return LifecycleRule(priority, self.selection, self.count, self.action, self.description)


def _rules(preset: Preset) -> Iterator[tuple[Band, _Unnumbered]]:
    match preset:
        case KeepReleases(tags, newest):
            kept = "All releases" if newest == AS_GOOD_AS_ALL else f"The newest {newest} releases"
            for tag in tags:
                yield Band.KEPT, _Unnumbered(_like(tag), NewestImages(newest), f"{kept} {tag} are kept")
        case PullRequestImages(tags, days):
            for tag in tags:
                about = f"Images {tag} of pull requests expire {days} days after their push"
                yield Band.PULL_REQUESTS, _Unnumbered(_like(tag), PushedAge(days), about)
        case BranchImages(tags, newest):
            for tag in tags:
                yield (
                    Band.BRANCHES,
                    _Unnumbered(_like(tag), NewestImages(newest), f"The newest {newest} images {tag} are kept"),
                )
        case UntaggedImages(days):
            about = f"Untagged images expire {days} days after their push"
            yield Band.UNTAGGED, _Unnumbered(Untagged(), PushedAge(days), about)
        case ArchiveColdImages():
            yield from _archiving(preset)
        case NewestOfAll(keep):
            yield (
                Band.ANY,
                _Unnumbered(AnyImage(), NewestImages(keep), f"The newest {keep} of all other images are kept"),
            )
        case _:
            assert_never(preset)


def _archiving(preset: ArchiveColdImages) -> Iterator[tuple[Band, _Unnumbered]]:
    count = PulledAge(preset.days)
    for tag in preset.tags:
        about = f"Images {tag} that were not pulled for {preset.days} days are archived"
        yield Band.COLD, _Unnumbered(_like(tag), count, about, Action.ARCHIVE)
    if not preset.tags:
        about = f"Images that were not pulled for {preset.days} days are archived"
        yield Band.ANY, _Unnumbered(AnyImage(), count, about, Action.ARCHIVE)
    if preset.expire_after_days is not None:
        about = f"Archived images expire after {preset.expire_after_days} days"
        yield Band.ARCHIVED, _Unnumbered(AnyImage(), ArchivedAge(preset.expire_after_days), about)


def _refuse_two_for_any(presets: Sequence[Preset]) -> None:
    """Refuse to archive any image and to keep the newest of any: one rule would claim every image of the other."""
    archives_any = any(isinstance(preset, ArchiveColdImages) and not preset.tags for preset in presets)
    if archives_any and any(isinstance(preset, NewestOfAll) for preset in presets):
        raise InvalidValueError(
            "archive-cold-images and newest both look at any image",
            why="In ECR an image belongs to one rule only, so the other rule would never act",
            fix="Give archive-cold-images 'tags', or remove one of the two",
            code="lifecycle-preset",
        )


def _like(tag: str) -> TaggedLike:
    return TaggedLike((tag,))

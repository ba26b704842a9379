"""The images of one storage class in the order ECR ranks them, and what each selection and count makes of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import assert_never

from shared_ecr.fate.assumptions import Assumptions
from shared_ecr.fate.images import Image
from shared_ecr.fate.matching import TagIndex
from shared_ecr.model.lifecycle.rules import (
    AnyImage,
    ArchivedAge,
    Count,
    NewestImages,
    PulledAge,
    PushedAge,
    Selection,
    StorageClass,
    TaggedLike,
    TaggedWith,
    Untagged,
)

_UNKNOWN = datetime.max.replace(tzinfo=UTC)


class RankedImages:
    """Images of one storage class, young to old; those of the same second by digest, so that answers repeat."""

    def __init__(self, images: Iterable[Image], assumptions: Assumptions) -> None:
        self._assumptions = assumptions
        self.images = sorted(images, key=lambda image: image.digest)
        self.images.sort(key=self._order, reverse=True)
        self.unclaimed: list[Image | None] = list(self.images)
        """The images that no rule has claimed yet, at their numbers."""
        self._tags = TagIndex(self._spelled(image.tags) for image in self.images)
        self._outside = self._not_selected()
        self._identified: dict[Selection, Sequence[int]] = {}

    def identified(self, selection: Selection) -> Sequence[int]:
        """Return the images that *selection* identifies, young to old, whatever other rules say of them."""
        if selection not in self._identified:
            self._identified[selection] = self._find(selection)
        return self._identified[selection]

    def _find(self, selection: Selection) -> Sequence[int]:
        found: Sequence[int]
        match selection:
            case AnyImage():
                found = range(len(self.images))
            case Untagged():
                found = [number for number, image in enumerate(self.images) if not image.tags]
            case TaggedLike(patterns):
                found = self._tags.like_all(self._spelled(patterns))
            case TaggedWith(prefixes):
                spelled = self._spelled(prefixes)
                if self._assumptions.prefixes_are_literal:
                    found = self._tags.starting_with_all(spelled)
                else:
                    found = self._tags.like_all(f"{prefix}*" for prefix in spelled)
            case _:
                assert_never(selection)
        return [number for number in found if number not in self._outside] if self._outside else found

    def places(self, identified: Sequence[int], without: frozenset[str]) -> Iterable[int]:
        """Return the place of each identified image, from 1; the digests *without* are there and take none."""
        return self._places_without(identified, without) if without else range(1, len(identified) + 1)

    def _places_without(self, identified: Sequence[int], without: frozenset[str]) -> Iterator[int]:
        taken = 0
        for number in identified:
            taken += self.images[number].digest not in without
            yield max(taken, 1)

    def clock_of(self, count: Count) -> Callable[[Image], datetime | None]:
        """Return what *count* counts the age of an image from; nothing for a count of images."""
        match count:
            case NewestImages():
                return lambda _: None
            case PushedAge():
                return self._pushed
            case PulledAge():
                return lambda image: image.last_used_at
            case ArchivedAge():
                # Where the inventory does not say it, the earliest time counts: an image was pushed before.
                return lambda image: image.archived_at or image.pushed_at
            case _:
                assert_never(count)

    def _spelled(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        return texts if self._assumptions.case_matters else tuple(text.lower() for text in texts)

    def _pushed(self, image: Image) -> datetime:
        renewed = image.activated_at if self._assumptions.restoring_renews else None
        return renewed or image.pushed_at

    def _order(self, image: Image) -> datetime:
        if self._assumptions.restoring_renews:
            return image.ordered_by or _UNKNOWN
        return (image.archived_at or _UNKNOWN) if image.storage_class is StorageClass.ARCHIVE else image.pushed_at

    def _not_selected(self) -> frozenset[int]:
        if self._assumptions.referrers_are_selected:
            return frozenset()
        return frozenset(number for number, image in enumerate(self.images) if image.subject)


def marks(count: Count, now: datetime) -> Callable[[int, datetime | None], bool]:
    """Return what shows whether *count* marks an image, from its place and what its age counts from.

    Marked is what is beyond the number, or is strictly older. An unknown time marks nothing: no age can be shown
    from it.
    """
    if isinstance(count, NewestImages):
        keep = count.keep
        return lambda place, _: place > keep
    try:
        oldest = now - timedelta(days=count.days)
    except OverflowError:
        # No image is older than the calendar.
        return lambda _, __: False
    return lambda _, since: since is not None and since < oldest

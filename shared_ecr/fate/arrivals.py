"""The pushes of days to come, if people push as they did: those of the last days, again and again.

Tags with a digit (`v1.2`, `2026-11-21`, a commit) are taken as new of the same kind each time; tags without (`latest`,
`main`) move to the newest image. Images that were pushed in those days and are deleted are not known, so a policy
that expires quickly makes the past look quieter than it was.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from shared_ecr.fate.images import Image
from shared_ecr.model.lifecycle.rules import StorageClass
from shared_ecr.records import replace

PUSHES_OF = timedelta(days=30)


def arrivals(images: Sequence[Image], start: datetime, until: datetime, window: timedelta = PUSHES_OF) -> list[Image]:
    """Return what is pushed after *start* up to *until*, oldest first: the pushes of the *window* before, repeated."""
    if not window:
        return []
    recent = [image for image in images if start - window < image.pushed_at <= start]
    shift, coming = window, []
    while recent and start < until and shift < until - start + window:
        again = {image.digest: _digest(image.digest, shift) for image in recent}
        coming += [_again(image, shift, again) for image in recent if image.pushed_at + shift <= until]
        shift += window
    return sorted(coming, key=lambda image: image.pushed_at)


def without_moved_tags(images: Iterable[Image], newer: Iterable[Image]) -> Iterator[Image]:
    """Yield *images* without the tags that move to *newer* ones."""
    moved = {tag for image in newer for tag in image.tags if _moves(tag)}
    for image in images:
        if moved.isdisjoint(image.tags):
            yield image
        else:
            yield replace(image, tags=tuple(tag for tag in image.tags if tag not in moved))


def _moves(tag: str) -> bool:
    return not any(character.isdigit() for character in tag)


def _again(image: Image, shift: timedelta, again: dict[str, str]) -> Image:
    return replace(
        image,
        digest=again[image.digest],
        pushed_at=image.pushed_at + shift,
        storage_class=StorageClass.STANDARD,
        pulled_at=None,
        archived_at=None,
        activated_at=None,
        children=tuple(again.get(child, child) for child in image.children),
        subject=again.get(image.subject, image.subject) if image.subject else None,
    )


def _digest(digest: str, shift: timedelta) -> str:
    return f"sha256:{hashlib.sha256(f'{digest}+{shift}'.encode()).hexdigest()}"

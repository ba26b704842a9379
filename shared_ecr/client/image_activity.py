"""Who used a repository: the last pulls and pushes as ECR records them, and their principals as CloudTrail has them.

ECR has times for all images and no principals; CloudTrail has principals, for 90 days. What neither can say is
`unknown`, a sentence each, and is part of every answer.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from shared_ecr.client.aws.event_history import KEPT_DAYS, EventHistory, ImageAction, ImageEvent
from shared_ecr.client.aws.selected_images import SelectedImages
from shared_ecr.fate.images import Image
from shared_ecr.fate.inventory.entries import read_image
from shared_ecr.records import record
from shared_ecr.text import counted


@record
class PrincipalActivity:
    """What one principal did with the images."""

    principal: str
    action: ImageAction
    times: int
    last: datetime
    images: tuple[str, ...]
    """As the requests named them, the latest first."""
    failed: int
    """How many of the calls AWS refused, for example for want of a permission."""


@record
class ImageActivity:
    """Everything that is known of the use of some images."""

    selected: SelectedImages
    images: tuple[Image, ...]
    principals: tuple[PrincipalActivity, ...]
    unknown: tuple[str, ...]

    @property
    def last_pull(self) -> Image | None:
        """The image that was pulled last, as ECR recorded it."""
        pulled = [(image.pulled_at, image) for image in self.images if image.pulled_at]
        return max(pulled, key=lambda each: each[0])[1] if pulled else None

    @property
    def last_push(self) -> Image | None:
        """The image that was pushed last."""
        return max(self.images, key=lambda image: image.pushed_at, default=None)


def image_activity(
    selected: SelectedImages, details: Iterable[dict[str, Any]], history: EventHistory | None, denied: str = ""
) -> ImageActivity:
    """Join what ECR and CloudTrail say; *denied* is why there is no history.

    Raises:
        EntryFault: ECR described an image in a way that is not known.
    """
    images = tuple(read_image(detail) for detail in details)
    events = [event for event in history.events if _is_about(event, selected, images)] if history else []
    return ImageActivity(selected, images, tuple(_by_principal(events)), tuple(_unknown(images, history, denied)))


def _is_about(event: ImageEvent, selected: SelectedImages, images: Sequence[Image]) -> bool:
    if event.repository != selected.repository:
        return False
    if selected.image is None:
        return True
    names = {selected.image.text, *(name for image in images for name in (image.digest, *image.tags))}
    return not names.isdisjoint(event.images)


def _by_principal(events: Iterable[ImageEvent]) -> Iterator[PrincipalActivity]:
    """Yield a row for each principal and action, the latest first; *events* are in that order."""
    grouped: dict[tuple[str, ImageAction], list[ImageEvent]] = {}
    for event in events:
        grouped.setdefault((event.principal, event.action), []).append(event)
    for (principal, action), each in grouped.items():
        images = dict.fromkeys(image for event in each for image in event.images)
        failed = sum(bool(event.error) for event in each)
        yield PrincipalActivity(principal, action, len(each), each[0].at, tuple(images), failed)


def _unknown(images: Sequence[Image], history: EventHistory | None, denied: str) -> Iterator[str]:
    yield "ECR records the last pull of an image at most once in 24 hours, and none of excluded principals"
    if unpulled := sum(image.pulled_at is None for image in images):
        yield f"whether {counted(unpulled, 'image')} without a recorded pull were ever pulled"
    if history is None:
        yield f"who pulled and pushed: {denied}"
        return
    yield (
        f"who pulled and pushed before {history.since:%Y-%m-%d}: the event history has {KEPT_DAYS} days of one Region, "
        "a trail has more; the events of the last minutes may be missing"
    )
    yield "a read of a manifest and a pull are one event (BatchGetImage), so tools that inspect images are listed, too"
    for action, oldest in history.cut.items():
        yield (
            f"there are more events of {action.event_name} than were read: those before {oldest:%Y-%m-%d %H:%M} are "
            "not counted; raise --max-events"
        )

"""A policy played forward day by day: what expires when, and what is left.

No one is assumed to pull: an image counts as last pulled when it was.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared_ecr.fate.arrivals import PUSHES_OF, arrivals, without_moved_tags
from shared_ecr.fate.costs import StorageTotal
from shared_ecr.fate.evaluation import evaluate
from shared_ecr.fate.images import Image
from shared_ecr.fate.runs import after
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.records import field, record

_DAY = timedelta(days=1)


@record
class Day:
    """One day of a forecast, after the policy ran."""

    at: datetime
    pushed: int
    expired: int
    archived: int
    stored: StorageTotal


@record
class Forecast:
    """What happens day by day, and what is left at the end."""

    days: tuple[Day, ...]
    left: tuple[Image, ...]
    window: timedelta
    expired_at: dict[str, datetime] = field(default_factory=dict)
    """When each image of the inventory, by digest, expires."""


def play(
    policy: LifecyclePolicy, images: Sequence[Image], start: datetime, until: datetime, window: timedelta = PUSHES_OF
) -> Forecast:
    """Run *policy* once a day from *start* to *until*, both included, while people push as in the *window* before."""
    known = {image.digest for image in images}
    coming = arrivals(images, start, until, window)
    held: tuple[Image, ...] = tuple(images)
    days: list[Day] = []
    expired_at: dict[str, datetime] = {}
    at = start
    while at <= until:
        pushed = [image for image in coming if image.pushed_at <= at]
        coming = coming[len(pushed) :]
        held = (*without_moved_tags(held, pushed), *pushed) if pushed else held
        verdicts = evaluate(policy, held, at)
        lost = [verdict.image.digest for verdict in verdicts if verdict.fate.is_loss]
        expired_at.update((digest, at) for digest in lost if digest in known)
        held = after(verdicts, at)
        archived = sum(verdict.fate.is_archiving for verdict in verdicts)
        days.append(Day(at, len(pushed), len(lost), archived, StorageTotal.of(held)))
        at += _DAY
    return Forecast(tuple(days), held, window, expired_at)

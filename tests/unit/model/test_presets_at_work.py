"""What docs/reference/presets.md says of each preset, by the evaluator of lifecycle policies."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from shared_ecr.fate.evaluation import evaluate
from shared_ecr.fate.images import Image
from shared_ecr.model.lifecycle import LifecyclePolicy
from shared_ecr.model.lifecycle.presets import (
    ArchiveColdImages,
    BranchImages,
    KeepReleases,
    NewestOfAll,
    Preset,
    PullRequestImages,
    UntaggedImages,
    composed,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def image(name: str, *tags: str, pushed: int, pulled: int | None = None) -> Image:
    """Return an image called *name*, pushed and pulled so many days ago."""
    last_pull = None if pulled is None else NOW - timedelta(days=pulled)
    return Image(name, NOW - timedelta(days=pushed), tags, pulled_at=last_pull)


def fates(presets: Sequence[Preset], *images: Image) -> dict[str, str]:
    """Return what happens to each of *images*; those that stay are left out."""
    policy = LifecyclePolicy(tuple(rule for _, rule in composed(presets)))
    found = {each.image.digest: str(each.fate) for each in evaluate(policy, images, NOW)}
    return {name: fate for name, fate in found.items() if fate != "keep"}


IMAGES = (
    image("release", "v1", pushed=900),
    image("release of a pull request", "v2", "pr-7", pushed=800),
    image("pull request", "pr-1", pushed=20, pulled=1),
    image("young pull request", "pr-2", pushed=3),
    image("untagged", pushed=30),
    image("young untagged", pushed=1),
    image("other", "abc", pushed=400),
    image("newer other", "abd", pushed=2),
)


@pytest.mark.parametrize(
    ("preset", "gone"),
    [
        (KeepReleases(), {}),
        (KeepReleases(newest=1), {"release": "expire"}),
        (PullRequestImages(), {"pull request": "expire", "release of a pull request": "expire"}),
        (UntaggedImages(), {"untagged": "expire"}),
        (BranchImages(("ab*",), newest=1), {"other": "expire"}),
        (ArchiveColdImages(tags=("ab*",)), {"other": "archive"}),
        (NewestOfAll(keep=7), {"release": "expire"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_preset_keeps_what_it_says_and_lets_the_rest_go(preset: Preset, gone: dict[str, str]) -> None:
    assert fates([preset], *IMAGES) == gone


def test_a_release_stays_whatever_is_beside() -> None:
    gone = fates([NewestOfAll(keep=1), UntaggedImages(), PullRequestImages(), KeepReleases()], *IMAGES)
    assert gone == {"pull request": "expire", "untagged": "expire", "other": "expire", "newer other": "expire"}


def test_what_no_one_pulls_is_archived_and_what_someone_pulls_stays() -> None:
    cold, warm = image("cold", "a", pushed=500, pulled=91), image("warm", "b", pushed=500, pulled=2)
    assert fates([ArchiveColdImages()], cold, warm) == {"cold": "archive"}

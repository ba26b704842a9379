"""A second evaluator, slow and obvious, written from the documented rules and from nothing of the first one.

Its knobs are the mistakes that public evaluators make; each must be caught by a case.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared_ecr.fate.images import Image
from shared_ecr.model.lifecycle import (
    Action,
    AnyImage,
    ArchivedAge,
    LifecyclePolicy,
    LifecycleRule,
    NewestImages,
    PulledAge,
    StorageClass,
    TaggedLike,
    TaggedWith,
    Untagged,
)


@dataclass(frozen=True)
class Mistakes:
    any_entry_is_enough: bool = False
    only_marked_images_are_protected: bool = False
    claimed_images_take_no_place: bool = False
    the_limit_itself_is_too_old: bool = False
    storage_classes_are_one: bool = False
    manifest_lists_hold_nothing: bool = False


NO_MISTAKES = Mistakes()


def evaluate(
    policy: LifecyclePolicy, images: Sequence[Image], now: datetime, mistakes: Mistakes = NO_MISTAKES
) -> dict[str, tuple[str, int | None]]:
    """Return the fate of each digest and the rule that claims it."""
    rules = sorted(policy.rules, key=lambda rule: rule.priority)
    claims: dict[str, LifecycleRule] = {}
    acts: dict[str, Action] = {}
    for rule in rules:
        identified = [image for image in images if identifies(rule, image, mistakes)]
        if mistakes.claimed_images_take_no_place:
            identified = [image for image in identified if image.digest not in claims]
        for image in identified:
            if image.digest in claims:
                continue
            marked = is_marked(rule, image, identified, now, mistakes)
            if marked or not mistakes.only_marked_images_are_protected:
                claims[image.digest] = rule
            if marked:
                acts[image.digest] = rule.action
    fates = {image.digest: "keep" for image in images}
    for digest, action in acts.items():
        fates[digest] = "expire" if action is Action.EXPIRE else "archive"
        if not mistakes.manifest_lists_hold_nothing and any(
            digest in other.children and other.storage_class is StorageClass.STANDARD for other in images
        ):
            fates[digest] = "blocked"
    take_along(images, fates)
    return {digest: (fate, claims[digest].priority if digest in claims else None) for digest, fate in fates.items()}


def identifies(rule: LifecycleRule, image: Image, mistakes: Mistakes) -> bool:
    if rule.storage_class is not image.storage_class and not mistakes.storage_classes_are_one:
        return False
    selection = rule.selection
    if isinstance(selection, AnyImage):
        return True
    if isinstance(selection, Untagged):
        return not image.tags
    if isinstance(selection, TaggedWith):
        found = [any(tag.startswith(prefix) for tag in image.tags) for prefix in selection.prefixes]
    else:
        assert isinstance(selection, TaggedLike)
        found = [any(like(pattern, tag) for tag in image.tags) for pattern in selection.patterns]
    return any(found) if mistakes.any_entry_is_enough else all(found)


def like(pattern: str, tag: str) -> bool:
    return re.fullmatch(".*".join(re.escape(piece) for piece in pattern.split("*")), tag) is not None


def is_marked(
    rule: LifecycleRule, image: Image, identified: Sequence[Image], now: datetime, mistakes: Mistakes
) -> bool:
    if isinstance(rule.count, NewestImages):
        younger = sum(is_younger(other, image) for other in identified)
        return younger >= rule.count.keep
    if isinstance(rule.count, ArchivedAge):
        # An inventory may lack the time; the image was pushed before it, so it may be due since then.
        since = image.archived_at or image.pushed_at
    elif isinstance(rule.count, PulledAge):
        since = max(filter(None, (image.pulled_at, image.activated_at)), default=image.pushed_at)
    else:
        since = image.activated_at or image.pushed_at
    limit = timedelta(days=rule.count.days)
    return now - since >= limit if mistakes.the_limit_itself_is_too_old else now - since > limit


def is_younger(one: Image, other: Image) -> bool:
    """Images of one second are distinguished by their digests."""
    first, second = one.activated_at or one.pushed_at, other.activated_at or other.pushed_at
    return first > second or (first == second and one.digest < other.digest)


def take_along(images: Sequence[Image], fates: dict[str, str]) -> None:
    """Give referrers the fate of their subject, over and over until nothing changes."""
    for losing, archiving in ((True, False), (False, True)):
        changed = True
        while changed:
            changed = False
            for image in images:
                subject = fates.get(image.subject or "", "keep")
                own = fates[image.digest]
                if losing and subject in {"expire", "cascade_expire"} and own in {"keep", "archive"}:
                    fates[image.digest] = "cascade_expire"
                    changed = True
                standard = image.storage_class is StorageClass.STANDARD
                if archiving and subject in {"archive", "cascade_archive"} and own == "keep" and standard:
                    fates[image.digest] = "cascade_archive"
                    changed = True

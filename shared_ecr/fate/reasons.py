"""Why an image has its fate, in one sentence for a person who has the policy before them."""

from datetime import datetime, timedelta
from typing import assert_never

from shared_ecr.fate.images import Image
from shared_ecr.fate.verdicts import Claim, Fate, ImageFate
from shared_ecr.model.lifecycle.rules import (
    Action,
    AnyImage,
    ArchivedAge,
    LifecycleRule,
    NewestImages,
    PulledAge,
    PushedAge,
    Selection,
    StorageClass,
    TaggedLike,
    TaggedWith,
    Untagged,
)
from shared_ecr.text import counted

_TEENS = range(11, 14)


def why(verdict: ImageFate) -> str:
    """Say why *verdict* is what it is: `kept by rule 1: 3rd newest of at most 5 matching `v*``."""
    cause = (verdict.cause or "")[:19]
    match verdict.fate:
        case Fate.KEEP:
            return f"kept {_by_rule(verdict)}" if verdict.claim else f"kept: no rule selects it{_in_archive(verdict)}"
        case Fate.EXPIRE:
            return f"expired {_by_rule(verdict)}"
        case Fate.ARCHIVE:
            return f"archived {_by_rule(verdict)}"
        case Fate.BLOCKED:
            return (
                f"held by the manifest list {cause}, which refers to it (ImageReferencedByManifestList); marked "
                f"{_by_rule(verdict)}"
            )
        case Fate.CASCADE_EXPIRE:
            return f"expires within 24 hours of its subject {cause}"
        case Fate.CASCADE_ARCHIVE:
            return f"is archived within 24 hours of its subject {cause}"
        case _:
            assert_never(verdict.fate)


def _by_rule(verdict: ImageFate) -> str:
    claim = verdict.claim
    return f"by rule {claim.rule.priority}: {_counted(claim, verdict)}" if claim else ""


def described(selection: Selection) -> str:
    """Say which images *selection* looks at, as the end of `images …`."""
    match selection:
        case AnyImage():
            return "of any kind"
        case Untagged():
            return "untagged"
        case TaggedLike(patterns):
            return f"matching {' and '.join(f'`{pattern}`' for pattern in patterns)}"
        case TaggedWith(prefixes):
            return f"with tags that begin with {' and '.join(f'`{prefix}`' for prefix in prefixes)}"
        case _:
            assert_never(selection)


def rule_in_words(rule: LifecycleRule) -> str:
    """Say a whole rule in words: `images matching `v*`: all but the newest 5 expire`."""
    verb = "expire" if rule.action is Action.EXPIRE else "are archived"
    images = f"{'archived ' * (rule.storage_class is StorageClass.ARCHIVE)}{_images(rule.selection)}"
    match rule.count:
        case NewestImages(keep):
            return f"{images}: all but the newest {keep} {verb}"
        case PushedAge(days):
            return f"{images}: those pushed more than {_days(days)} ago {verb}"
        case PulledAge(days):
            return f"{images}: those not pulled for more than {_days(days)} {verb}"
        case ArchivedAge(days):
            return f"{images}: those archived more than {_days(days)} ago {verb}"
        case _:
            assert_never(rule.count)


def _images(selection: Selection) -> str:
    return "untagged images" if isinstance(selection, Untagged) else f"images {described(selection)}"


def ordinal(number: int) -> str:
    """Write *number* as a place: 1st, 2nd, 3rd, 11th."""
    ending = "th" if number % 100 in _TEENS else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def age(since: datetime, now: datetime) -> str:
    """Say how long ago *since* was: in days, or in hours on the first day."""
    passed = now - since
    hours = int(passed / timedelta(hours=1))
    if passed >= timedelta(days=1):
        return _days(passed.days)
    return counted(hours, "hour")


def _counted(claim: Claim, verdict: ImageFate) -> str:
    count = claim.rule.count
    if isinstance(count, NewestImages):
        place = f"{ordinal(claim.place)} newest" if claim.place > 1 else "newest"
        return f"{place}; {_at_most(count.keep, claim.rule)}"
    if claim.since is None:
        return "when it was archived is unknown, so no age can be shown"
    verb = "expire" if claim.rule.action is Action.EXPIRE else "are archived"
    event = _event(count, verdict.image, claim.since)
    return (
        f"{event} {age(claim.since, verdict.at)} ago; {_images(claim.rule.selection)} {verb} after {_days(count.days)}"
    )


def _at_most(keep: int, rule: LifecycleRule) -> str:
    """Say how many images *rule* leaves alone: `at most 5 images matching `v*` are kept`."""
    images, are = _images(rule.selection), "are"
    if keep == 1:
        images, are = images.replace("images", "image", 1), "is"
    return f"at most {keep} {images} {are} {'kept' if rule.action is Action.EXPIRE else 'not archived'}"


def _event(count: PushedAge | PulledAge | ArchivedAge, image: Image, since: datetime) -> str:
    """Say what happened at *since*, which is not always what the count is called after."""
    match count:
        case PushedAge():
            return "pushed" if since == image.pushed_at else "restored"
        case PulledAge():
            if image.pulled_at == since:
                return "last pulled"
            return "restored and not pulled since," if image.activated_at == since else "never pulled, pushed"
        case ArchivedAge():
            return "archived"
        case _:
            assert_never(count)


def _in_archive(verdict: ImageFate) -> str:
    return " in the archive" if verdict.image.storage_class is StorageClass.ARCHIVE else ""


def _days(days: int) -> str:
    return counted(days, "day")

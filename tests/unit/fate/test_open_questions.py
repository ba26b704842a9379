"""What AWS leaves open: an image that some answers lose is not reported as kept."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from shared_ecr.fate.images import Image
from shared_ecr.fate.uncertainty import judge
from shared_ecr.fate.verdicts import ImageFate
from shared_ecr.model.lifecycle import (
    Action,
    AnyImage,
    ArchivedAge,
    LifecyclePolicy,
    LifecycleRule,
    NewestImages,
    PulledAge,
    PushedAge,
    StorageClass,
    TaggedLike,
    TaggedWith,
    Untagged,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DAY = timedelta(days=1)


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def notes_on(verdicts: Sequence[ImageFate], number: int) -> str:
    return " ".join(note for each in verdicts if each.image.digest == digest(number) for note in each.notes)


def may_expire(verdicts: Sequence[ImageFate]) -> list[str]:
    return [each.image.digest for each in verdicts if each.may_expire]


def test_an_image_that_was_archived_once_and_is_in_standard_asks_nothing_about_restoring() -> None:
    policy = LifecyclePolicy((LifecycleRule(1, Untagged(), NewestImages(1)),))
    young = Image(digest(0), NOW)
    once_archived = Image(digest(1), NOW, archived_at=NOW - DAY)
    assert "open-restored-age" not in notes_on(judge(policy, [young, once_archived], NOW), 1)


def test_an_image_that_is_tied_with_one_of_another_rule_is_not_known_to_be_kept() -> None:
    rules = (LifecycleRule(1, TaggedLike(("v*",)), NewestImages(9)), LifecycleRule(2, AnyImage(), NewestImages(1)))
    release, build = Image(digest(2), NOW, ("v1",)), Image(digest(1), NOW, ("build",))
    verdicts = judge(LifecyclePolicy(rules), [release, build], NOW)
    assert may_expire(verdicts) == [digest(1)]
    assert "[open-tie]" in notes_on(verdicts, 1)


def test_an_image_that_is_tied_within_the_count_is_known_to_be_kept() -> None:
    policy = LifecyclePolicy((LifecycleRule(1, AnyImage(), NewestImages(2)),))
    verdicts = judge(policy, [Image(digest(1), NOW), Image(digest(2), NOW), Image(digest(3), NOW - DAY)], NOW)
    assert may_expire(verdicts) == []


def test_a_signature_of_an_image_at_the_limit_is_not_known_to_be_kept() -> None:
    policy = LifecyclePolicy((LifecycleRule(1, TaggedLike(("v*",)), PushedAge(5)),))
    subject, signature = Image(digest(1), NOW - 5 * DAY, ("v1",)), Image(digest(2), NOW, subject=digest(1))
    verdicts = judge(policy, [subject, signature], NOW)
    assert may_expire(verdicts) == [digest(1), digest(2)]
    assert "[open-together]" in notes_on(verdicts, 2)


def test_a_signature_whose_subject_does_not_exist_is_not_known_to_be_kept() -> None:
    policy = LifecyclePolicy((LifecycleRule(1, TaggedLike(("v*",)), PushedAge(5)),))
    verdicts = judge(policy, [Image(digest(2), NOW, subject=digest(1))], NOW)
    assert may_expire(verdicts) == [digest(2)]
    assert "[open-subject]" in notes_on(verdicts, 2)


def test_a_signature_of_an_archived_subject_may_be_archived() -> None:
    policy = LifecyclePolicy((LifecycleRule(1, AnyImage(), PulledAge(50), Action.ARCHIVE),))
    subject = Image(digest(1), NOW - 5 * DAY, storage_class=StorageClass.ARCHIVE, archived_at=NOW - DAY)
    (_, signature) = judge(policy, [subject, Image(digest(2), NOW, subject=digest(1))], NOW)
    assert (signature.may_expire, signature.may_be_archived) == (False, True)


def test_two_answers_that_lose_an_image_only_together_are_found() -> None:
    # It is selected only where patterns ignore case, and old enough only where a restoration does not renew its age.
    policy = LifecyclePolicy((LifecycleRule(1, TaggedLike(("TMP*",)), PushedAge(10)),))
    restored = Image(digest(1), NOW - 50 * DAY, ("tmp-1",), archived_at=NOW - 20 * DAY, activated_at=NOW - DAY)
    (verdict,) = judge(policy, [restored], NOW)
    assert verdict.may_expire
    assert "[open-together]" in notes_on([verdict], 1)


@pytest.mark.parametrize(("tag", "expected"), [("tmp-1", True), ("prod-1", False)])
def test_an_image_that_expires_only_where_patterns_ignore_case_is_not_known_to_be_kept(
    tag: str, *, expected: bool
) -> None:
    policy = LifecyclePolicy((LifecycleRule(1, TaggedLike(("TMP*",)), PushedAge(10)),))
    (verdict,) = judge(policy, [Image(digest(1), NOW - 50 * DAY, (tag,))], NOW)
    assert verdict.may_expire is expected


def test_a_star_in_a_prefix_may_be_a_wildcard() -> None:
    policy = LifecyclePolicy((LifecycleRule(1, TaggedWith(("v*",)), PushedAge(10)),))
    (verdict,) = judge(policy, [Image(digest(1), NOW - 50 * DAY, ("v1",))], NOW)
    assert verdict.may_expire
    assert "[open-prefix-star]" in notes_on([verdict], 1)


@pytest.mark.parametrize(("days", "expected"), [(95, True), (85, False)])
def test_an_image_that_is_being_restored_may_still_be_deleted_as_an_archived_one(days: int, *, expected: bool) -> None:
    policy = LifecyclePolicy((LifecycleRule(1, AnyImage(), ArchivedAge(90)),))
    archived_at = NOW - days * DAY
    (verdict,) = judge(policy, [Image(digest(1), NOW - 400 * DAY, archived_at=archived_at, is_activating=True)], NOW)
    assert verdict.may_expire is expected
    assert ("[open-activating]" in notes_on([verdict], 1)) is expected

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_files import newest, pushed, rule
from lifecycle_cases import policy
from shared_ecr.fate.evaluation import evaluate
from shared_ecr.fate.images import Image
from shared_ecr.fate.runs import after
from shared_ecr.model.lifecycle import (
    Action,
    ArchivedAge,
    LifecyclePolicy,
    NewestImages,
    PulledAge,
    PushedAge,
    StorageClass,
)
from shared_ecr.review.changes.losing.claims import Claims
from shared_ecr.review.changes.losing.losses import Loss, LossSeverity, is_decidable, losses
from unit.review.changes.lifecycles import policies

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DAY = timedelta(days=1)
AGES = (0.5, 3, 7, 20, 95, 150, 400)
GONE = {LossSeverity.LOST, LossSeverity.RARELY_LOST}
UNTAGGED = {"tagStatus": "untagged"}
ANY = {"tagStatus": "any"}
RELEASES = {"tagStatus": "tagged", "tagPatternList": ["v*"]}


def untagged(priority: int, days: int) -> dict[str, object]:
    return rule(priority, **UNTAGGED, countType="sinceImagePushed", countNumber=days)


def archived(priority: int, days: int) -> dict[str, object]:
    return rule(priority, **ANY, storageClass="archive", countType="sinceImageTransitioned", countNumber=days)


def not_pulled(priority: int, days: int, **selection: object) -> dict[str, object]:
    return rule(priority, "transition", **selection, countType="sinceImagePulled", countNumber=days)


def weights(old: list[dict[str, object]], new: list[dict[str, object]]) -> list[str]:
    return [str(each.weight) for each in losses(*(policy({"rules": rules}) if rules else None for rules in (old, new)))]


@pytest.mark.parametrize(("old", "new"), [
    pytest.param([untagged(1, 14)], [untagged(7, 14)], id="renumbered"),
    pytest.param([untagged(1, 14)], [untagged(1, 14) | {"description": "x"}], id="described"),
    pytest.param([untagged(1, 14)], [untagged(1, 30)], id="a longer age"),
    pytest.param([newest(1, 10)], [newest(1, 20)], id="a larger count"),
    pytest.param([pushed(1, 30)], [], id="no policy any more"),
    pytest.param([newest(1, 9999, "v*"), pushed(2, 30)], [newest(1, 9999, "v*")], id="a rule less that expires"),
    pytest.param([untagged(1, 14), pushed(2, 30, "b*")], [pushed(1, 30, "b*"), untagged(2, 14)], id="apart, reordered"),
    pytest.param([pushed(1, 30, "v*")], [rule(1, tagStatus="tagged", tagPrefixList=["v"], countType="sinceImagePushed",
                                              countNumber=30)], id="a prefix for a pattern"),
    pytest.param([not_pulled(1, 90, **ANY), archived(2, 100)], [not_pulled(1, 90, **ANY), archived(2, 365)],
                 id="longer in the archive"),
    pytest.param([pushed(1, 30)], [pushed(1, 30, action="transition")], id="archived instead of expired"),
    pytest.param([pushed(1, 30)], [pushed(1, 30, action="transition"), archived(2, 90)], id="archived, then expired"),
    pytest.param([newest(1, 9999, "v*"), pushed(3, 30)],
                 [newest(1, 9999, "v*"), newest(2, 9999, "b*"), pushed(3, 30)], id="one more protection"),
    pytest.param([pushed(1, 30)], [pushed(1, 30, "v*"), pushed(2, 30)], id="one rule as two"),
])  # fmt: skip
def test_a_change_by_which_nothing_more_can_go_is_no_loss(
    old: list[dict[str, object]], new: list[dict[str, object]]
) -> None:
    assert "lost" not in weights(old, new)


@pytest.mark.parametrize(("old", "new"), [
    pytest.param([], [untagged(1, 14)], id="a policy where none was"),
    pytest.param([untagged(1, 14)], [untagged(1, 14), pushed(2, 365)], id="any added"),
    pytest.param([untagged(1, 14)], [untagged(1, 14), newest(2, 1000)], id="any by a large count"),
    pytest.param([untagged(1, 14)], [untagged(1, 14), archived(2, 90)], id="what was archived by hand"),
    pytest.param([pushed(1, 1, action="transition")], [newest(1, 3, "v*"), pushed(2, 1, action="transition")],
                 id="expired by a count instead of archived"),
    pytest.param([untagged(1, 14)], [untagged(1, 13)], id="a shorter age"),
    pytest.param([newest(1, 10)], [newest(1, 9)], id="a smaller count"),
    pytest.param([newest(1, 9999, "v*"), pushed(2, 30)], [pushed(2, 30)], id="a protection less"),
    pytest.param([newest(1, 9999, "v*"), pushed(2, 30)], [newest(1, 9999, "v1*"), pushed(2, 30)], id="a narrower one"),
    pytest.param([newest(1, 9999, "v*"), pushed(2, 30)], [newest(1, 9999, "v*", "a*"), pushed(2, 30)],
                 id="a second entry, by AND"),
    pytest.param([newest(1, 9999, "v*"), pushed(2, 30)], [pushed(1, 30, "p*"), newest(2, 9999, "v*"), pushed(3, 30)],
                 id="a rule before the protection"),
    pytest.param([pushed(1, 30, action="transition")], [pushed(1, 30)], id="expired instead of archived"),
    pytest.param([newest(1, 50)], [pushed(1, 30)], id="an age for a count"),
    pytest.param([pushed(1, 365)], [newest(1, 50)], id="a count for an age"),
    pytest.param([newest(1, 10, "v1*")], [newest(1, 10, "v*")], id="a count over more images"),
    pytest.param([not_pulled(1, 90, **RELEASES), archived(2, 365)], [not_pulled(1, 90, **ANY), archived(2, 365)],
                 id="more are archived, and expire there"),
    pytest.param([not_pulled(1, 90, **ANY)], [not_pulled(1, 90, **ANY), archived(2, 365)], id="the archive expires"),
    pytest.param([newest(1, 5), archived(2, 100)], [pushed(1, 30, action="transition"), archived(2, 100)],
                 id="what a count kept is archived, and expires there"),
])  # fmt: skip
def test_a_change_by_which_more_can_go_is_a_loss(old: list[dict[str, object]], new: list[dict[str, object]]) -> None:
    assert weights(old, new)[:1] == ["lost"]


@pytest.mark.parametrize("old", [[untagged(1, 14)], [untagged(1, 14), pushed(9, 90)]], ids=["alone", "before any"])
@pytest.mark.parametrize("keep", [999, 9999])
def test_a_new_rule_that_keeps_plenty_of_some_tags_is_there_to_protect(old: list[dict[str, object]], keep: int) -> None:
    assert weights(old, [*old, newest(5, keep, "v*")]) == ["rarely lost"]


def test_a_new_rule_that_keeps_an_image_for_each_day_of_the_rule_it_shields_from_is_there_to_protect() -> None:
    assert weights([pushed(9, 90)], [newest(1, 90, "v*"), pushed(9, 90)]) == ["rarely lost"]


def test_a_new_rule_that_keeps_fewer_than_one_for_each_day_is_a_loss() -> None:
    assert weights([pushed(9, 90)], [newest(1, 10, "v*"), pushed(9, 90)]) == ["lost"]


def test_what_is_archived_and_stays_there_is_no_loss() -> None:
    assert weights([], [not_pulled(1, 90, **ANY)]) == ["archived"]


def test_a_loss_names_an_image_and_both_rules() -> None:
    old, new = ([newest(1, 9999, "v*"), pushed(2, 30)], [newest(1, 9999, "v1*"), pushed(2, 30)])
    (loss,) = losses(policy({"rules": old}), policy({"rules": new}))
    assert (loss.tags, loss.kept_by and loss.kept_by.priority, loss.lost_by.priority) == (("vq",), 1, 2)


def test_policies_of_more_tags_than_a_person_writes_are_not_compared() -> None:
    many = policy({"rules": [newest(1, 9, *(f"{number:x}*" for number in range(1200)))]})
    assert not is_decidable(many, None)


# What follows holds the symbolic answer against the evaluation of images that are there.


@st.composite
def populations(draw: st.DrawFn) -> list[Image]:
    ages = st.sampled_from(AGES)
    found = []
    for number in range(draw(st.integers(0, 9))):
        age = draw(ages)
        storage_class = draw(st.sampled_from(StorageClass))
        found.append(
            Image(
                f"sha256:{hashlib.sha256(bytes([number])).hexdigest()}",
                NOW - age * DAY,
                tuple(draw(st.lists(st.text(alphabet="abq", min_size=1, max_size=3), max_size=3, unique=True))),
                storage_class,
                draw(st.none() | st.sampled_from([each for each in AGES if each <= age]).map(lambda d: NOW - d * DAY)),
                NOW - draw(ages) * DAY if storage_class is StorageClass.ARCHIVE else None,
            )
        )
    return found


def lost(judged_by: LifecyclePolicy | None, images: list[Image], now: datetime = NOW) -> set[str]:
    verdicts = evaluate(judged_by, images, now) if judged_by else ()
    return {verdict.image.digest for verdict in verdicts if verdict.fate.is_loss}


def gone_after(judged_by: LifecyclePolicy | None, images: list[Image], days: int) -> set[str]:
    """Return what is lost when the policy runs now, and once more after some days."""
    if judged_by is None:
        return set()
    left = list(after(evaluate(judged_by, images, NOW), NOW))
    lost_now = {image.digest for image in images} - {image.digest for image in left}
    return lost_now | lost(judged_by, left, NOW + days * DAY)


def is_loss(found: tuple[Loss, ...]) -> bool:
    return any(each.weight in GONE for each in found)


@given(policies(), policies(), populations())
@settings(max_examples=400, deadline=None)
def test_where_no_loss_is_found_no_image_is_lost(
    old: LifecyclePolicy | None, new: LifecyclePolicy | None, images: list[Image]
) -> None:
    if not is_loss(losses(old, new)):
        assert lost(new, images) <= lost(old, images)


def without_counts(judged_by: LifecyclePolicy | None) -> LifecyclePolicy | None:
    # What one policy deletes moves the others up in its counts, so sets after several runs say nothing by themselves.
    kept = [each for each in (judged_by.rules if judged_by else ()) if not isinstance(each.count, NewestImages)]
    return LifecyclePolicy(tuple(kept)) if kept else None


@given(policies().map(without_counts), policies().map(without_counts), populations(), st.sampled_from((95, 150, 300)))
@settings(max_examples=400, deadline=None)
def test_where_no_loss_is_found_no_image_is_lost_sooner_by_way_of_the_archive(
    old: LifecyclePolicy | None, new: LifecyclePolicy | None, images: list[Image], days: int
) -> None:
    if not is_loss(losses(old, new)):
        assert gone_after(new, images, days) <= gone_after(old, images, days)


@given(policies(), policies())
@settings(max_examples=400, deadline=None)
def test_every_loss_that_is_found_can_be_shown_with_images(
    old: LifecyclePolicy | None, new: LifecyclePolicy | None
) -> None:
    for loss in losses(old, new):
        if loss.weight in GONE and loss.lost_by.action is Action.EXPIRE:
            images = shown(loss, Claims(old, new))
            assert images[0].digest in lost(new, images) - lost(old, images)


def shown(loss: Loss, claims: Claims) -> list[Image]:
    """Return an image of the kind that is lost, and the younger ones before it where it is counted out."""
    match loss.lost_by.count:
        case PushedAge(days) | PulledAge(days):
            return [Image("sha256:0", NOW - (days + 0.5) * DAY, loss.tags)]
        case ArchivedAge(days):
            when = NOW - (days + 0.5) * DAY
            return [Image("sha256:0", when - DAY, loss.tags, StorageClass.ARCHIVE, archived_at=when)]
        case NewestImages(keep):
            before = loss.kept_by.count if loss.kept_by else None
            crowd = loss.tags
            expires = loss.kept_by and loss.kept_by.action is Action.EXPIRE
            if expires and isinstance(before, NewestImages) and before.keep <= keep:
                mask = claims._mask[loss.kept_by.selection] if loss.kept_by else 0
                crowd = next(each for each in claims._least(loss.lost_by.selection) if mask & ~claims._is_what(each))
            young = [Image(f"sha256:{number}", NOW - 0.1 * DAY, crowd) for number in range(1, keep + 1)]
            return [Image("sha256:0", NOW - 0.9 * DAY, loss.tags), *young]

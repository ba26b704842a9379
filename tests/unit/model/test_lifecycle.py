import json

import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.lifecycle import (
    DEFAULT_POLICY,
    Action,
    AnyImage,
    ArchivedAge,
    Count,
    LifecyclePolicy,
    LifecycleRule,
    NewestImages,
    PulledAge,
    PushedAge,
    Selection,
    TaggedLike,
    TaggedWith,
    Untagged,
)


def any_image(priority: int, count: Count | None = None) -> LifecycleRule:
    return LifecycleRule(priority, AnyImage(), count or NewestImages(5))


def test_rules_are_rendered_by_priority_whatever_their_order() -> None:
    untagged = LifecycleRule(1, Untagged(), PushedAge(7))
    assert LifecyclePolicy((any_image(2), untagged)).text() == LifecyclePolicy((untagged, any_image(2))).text()


def test_the_shortest_policy_is_long_enough_for_ecr() -> None:
    assert len(LifecyclePolicy((any_image(1),)).text()) >= 100


def test_the_default_policy_touches_untagged_images_alone() -> None:
    (rule,) = DEFAULT_POLICY.rules
    assert isinstance(rule.selection, Untagged)


def test_an_age_has_a_unit_and_a_count_has_none() -> None:
    age, count = (
        json.loads(LifecyclePolicy((any_image(1, each),)).text())["rules"][0]["selection"]
        for each in (PushedAge(3), NewestImages(3))
    )
    assert age["countUnit"] == "days"
    assert "countUnit" not in count


def test_a_transition_says_where_to() -> None:
    rule = LifecycleRule(1, AnyImage(), PulledAge(90), Action.ARCHIVE)
    assert json.loads(LifecyclePolicy((rule,)).text())["rules"][0]["action"] == {
        "type": "transition",
        "targetStorageClass": "archive",
    }


def test_any_may_be_last_once_in_each_storage_class() -> None:
    archive = LifecycleRule(1, AnyImage(), PushedAge(30), Action.ARCHIVE)
    policy = LifecyclePolicy((archive, any_image(2, ArchivedAge(365))))
    assert len(policy.rules) == 2


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ((), "lifecycle-empty"),
        ((any_image(1), any_image(2)), "lifecycle-any-last"),
        ((LifecycleRule(3, Untagged(), PushedAge(1)), any_image(3)), "lifecycle-priority"),
        (
            (LifecycleRule(1, Untagged(), PushedAge(1)), LifecycleRule(2, Untagged(), NewestImages(1))),
            "lifecycle-duplicate",
        ),
        (tuple(LifecycleRule(n, TaggedLike((f"{n}-*",)), NewestImages(1)) for n in range(1, 52)), "lifecycle-rules"),
        ((LifecycleRule(1, AnyImage(), NewestImages(1), description="x" * 31_000),), "lifecycle-size"),
    ],
    ids=["no rule", "two for any", "one priority twice", "two for untagged", "fifty-one rules", "too long a text"],
)
def test_rules_in_conflict_are_refused(rules: tuple[LifecycleRule, ...], code: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        LifecyclePolicy(rules)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("selection", "count", "action", "code"),
    [
        (AnyImage(), NewestImages(0), Action.EXPIRE, "lifecycle-count"),
        (AnyImage(), PulledAge(90), Action.EXPIRE, "lifecycle-pulled"),
        (AnyImage(), ArchivedAge(365), Action.ARCHIVE, "lifecycle-archive"),
        (AnyImage(), ArchivedAge(89), Action.EXPIRE, "lifecycle-archive-days"),
    ],
)
def test_a_rule_that_ecr_refuses_cannot_be_made(selection: Selection, count: Count, action: Action, code: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        LifecycleRule(1, selection, count, action)
    assert caught.value.code == code


@pytest.mark.parametrize(("entries", "code"), [((), "lifecycle-tags"), (("",), "lifecycle-tags")])
def test_a_selection_by_tags_names_tags(entries: tuple[str, ...], code: str) -> None:
    for make in (TaggedLike, TaggedWith):
        with pytest.raises(InvalidValueError) as caught:
            make(entries)
        assert caught.value.code == code


def test_four_wildcards_are_allowed_and_five_are_not() -> None:
    assert TaggedLike(("*a*b*c*",)).patterns == ("*a*b*c*",)
    with pytest.raises(InvalidValueError, match="5 wildcards"):
        TaggedLike(("*a*b*c*d*",))

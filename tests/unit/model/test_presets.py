from itertools import pairwise

import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.lifecycle import LifecyclePolicy, TaggedLike, Untagged
from shared_ecr.model.lifecycle.presets import (
    ArchiveColdImages,
    Band,
    BranchImages,
    KeepReleases,
    NewestOfAll,
    Preset,
    PullRequestImages,
    UntaggedImages,
    composed,
)

ALL: list[Preset] = [
    NewestOfAll(),
    UntaggedImages(),
    ArchiveColdImages(tags=("model-*",), expire_after_days=365),
    BranchImages(("main-*",)),
    PullRequestImages(),
    KeepReleases(("v*", "prod-*")),
]


def test_all_presets_compose_into_one_policy_whatever_their_order() -> None:
    policies = [LifecyclePolicy(tuple(rule for _, rule in composed(order))) for order in (ALL, ALL[::-1])]
    assert policies[0] == policies[1]


def test_each_kind_of_rule_has_its_band() -> None:
    assert [rule.priority for _, rule in composed(ALL[::-1])] == [100, 101, 200, 300, 500, 990, 400, 900]


def test_each_tag_gets_a_rule_of_its_own() -> None:
    rules = [rule for _, rule in composed([KeepReleases(("v*", "prod-*"))])]
    assert [rule.selection for rule in rules] == [TaggedLike(("v*",)), TaggedLike(("prod-*",))]


def test_rules_of_the_same_kind_are_numbered_on() -> None:
    twice = composed([KeepReleases(("a",)), UntaggedImages(), KeepReleases(("b", "c"))])
    assert [(index, rule.priority) for index, rule in twice] == [(0, 100), (1, 400), (2, 101), (2, 102)]


def test_the_rule_for_untagged_images_comes_after_those_for_tags() -> None:
    rules = sorted((rule for _, rule in composed(ALL)), key=lambda rule: rule.priority)
    assert [isinstance(rule.selection, Untagged) for rule in rules].index(True) == 4


def test_two_presets_for_any_image_do_not_compose() -> None:
    with pytest.raises(InvalidValueError, match="lifecycle-preset"):
        composed([ArchiveColdImages(), NewestOfAll()])


def test_a_band_holds_more_rules_than_a_policy_may_have() -> None:
    bands = sorted(Band)
    narrow = [band for band, following in pairwise(bands) if following - band < 50]
    # One rule each: a policy has one for any image of a storage class, and one for untagged images.
    assert narrow == []

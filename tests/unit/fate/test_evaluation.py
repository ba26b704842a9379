"""What the evaluator decides, asked while the test runs: mutants are switched on after the tests are collected."""

from datetime import timedelta
from typing import Any

import pytest

from inventory_files import NOW, digest, newest, pushed, rule
from lifecycle_cases import policy
from shared_ecr.fate.images import Image
from shared_ecr.fate.uncertainty import judge
from shared_ecr.fate.verdicts import ImageFate
from shared_ecr.records import replace

DAY = timedelta(days=1)
AGED: dict[str, Any] = {"countType": "sinceImagePushed", "countNumber": 1}
FIVE = tuple(Image(digest(str(number)), NOW - number * DAY, (f"v{number}",)) for number in range(1, 6))


def judged(rules: list[object], images: tuple[Image, ...] = FIVE) -> dict[str, ImageFate]:
    return {each.image.digest: each for each in judge(policy({"rules": rules}), images, NOW)}


def fates(rules: list[object], images: tuple[Image, ...] = FIVE) -> list[str]:
    found = judged(rules, images)
    return [str(found[each.digest].fate) for each in images]


def test_an_image_that_an_index_holds_names_the_index() -> None:
    index, child = replace(FIVE[0], children=(FIVE[1].digest,)), FIVE[1]
    assert judged([pushed(1, 1)], (index, child))[child.digest].cause == index.digest


def test_a_signature_that_is_taken_along_names_its_subject() -> None:
    subject, signature = FIVE[4], replace(FIVE[0], tags=(), subject=FIVE[4].digest)
    assert judged([pushed(1, 3, "v*")], (subject, signature))[signature.digest].cause == subject.digest


def test_an_image_that_its_own_rule_deletes_has_no_other_cause() -> None:
    assert judged([pushed(1, 3)])[FIVE[4].digest].cause is None


def test_a_count_keeps_the_newest_and_marks_the_rest() -> None:
    assert fates([newest(1, 2)]) == ["keep", "keep", "expire", "expire", "expire"]


def test_a_place_is_counted_over_images_that_another_rule_claims() -> None:
    assert fates([newest(1, 9, "v1"), newest(2, 2)]) == ["keep", "keep", "expire", "expire", "expire"]


def test_an_age_of_exactly_the_limit_is_not_older_than_it() -> None:
    assert fates([pushed(1, 3)]) == ["keep", "keep", "keep", "expire", "expire"]


def test_an_age_before_the_calendar_marks_nothing() -> None:
    assert set(fates([pushed(1, 10_000_000)])) == {"keep"}


@pytest.mark.parametrize(("patterns", "expected"), [
    (("v*",), ["expire"] * 5), (("v1",), ["expire", *["keep"] * 4]), (("v*", "*1"), ["expire", *["keep"] * 4]),
    (("*v*1*",), ["expire", *["keep"] * 4]), (("1v",), ["keep"] * 5),
])  # fmt: skip
def test_an_image_is_selected_where_its_tags_match_every_pattern(
    patterns: tuple[str, ...], expected: list[str]
) -> None:
    images = tuple(replace(each, pushed_at=each.pushed_at - 9 * DAY) for each in FIVE)
    assert fates([rule(1, tagStatus="tagged", tagPatternList=list(patterns), **AGED)], images) == expected

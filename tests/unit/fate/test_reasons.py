from datetime import timedelta

import pytest

from inventory_files import NOW, digest, newest, pushed, rule
from lifecycle_cases import policy
from shared_ecr.fate.images import Image
from shared_ecr.fate.reasons import age, ordinal, rule_in_words, why
from shared_ecr.fate.uncertainty import judge
from shared_ecr.fate.verdicts import ImageFate
from shared_ecr.records import replace

DAY = timedelta(days=1)
FIVE = tuple(Image(digest(str(number)), NOW - number * DAY, (f"v{number}",)) for number in range(1, 6))


HELD = (
    f"held by the manifest list {FIVE[0].digest[:19]}, which refers to it (ImageReferencedByManifestList); "
    "marked by rule 1: pushed 2 days ago; images of any kind expire after 1 day"
)


def verdict(rule_of_policy: object, number: int, images: tuple[Image, ...] = FIVE) -> ImageFate:
    return judge(policy({"rules": [rule_of_policy]}), images, NOW)[number]


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (verdict(newest(1, 5, "v*"), 2), "kept by rule 1: 3rd newest; at most 5 images matching `v*` are kept"),
        (verdict(newest(1, 4, "v*"), 4), "expired by rule 1: 5th newest; at most 4 images matching `v*` are kept"),
        (verdict(pushed(2, 3), 4), "expired by rule 2: pushed 5 days ago; images of any kind expire after 3 days"),
        (verdict(newest(1, 5, "w*"), 0), "kept: no rule selects it"),
        (
            verdict(rule(1, "transition", tagStatus="any", countType="sinceImagePulled", countNumber=4), 4),
            "archived by rule 1: never pulled, pushed 5 days ago; images of any kind are archived after 4 days",
        ),
        (
            verdict(pushed(1, 1), 1, (replace(FIVE[0], children=(FIVE[1].digest,)), FIVE[1])),
            HELD,
        ),
        (
            verdict(pushed(1, 3, "v*"), 1, (FIVE[4], replace(FIVE[0], tags=(), subject=FIVE[4].digest))),
            f"expires within 24 hours of its subject {FIVE[4].digest[:19]}",
        ),
    ],
    ids=["counted", "counted out", "aged out", "no one's", "archived", "held", "taken along"],
)
def test_the_reason_is_one_sentence(judged: ImageFate, expected: str) -> None:
    assert why(judged) == expected


def notes(*arguments: object) -> str:
    return " ".join(note for each in judge(*arguments) for note in each.notes)  # type: ignore[arg-type]  # as given


def test_images_of_one_second_at_the_count_are_an_open_question() -> None:
    twins = (FIVE[0], replace(FIVE[1], pushed_at=FIVE[0].pushed_at))
    assert notes(policy({"rules": [newest(1, 1)]}), twins, NOW).count("[open-tie]") == 2


def test_an_age_of_exactly_the_limit_is_an_open_question() -> None:
    assert "[open-border]" in notes(policy({"rules": [pushed(1, 3)]}), FIVE, NOW)


def test_places_of_the_manifests_of_an_index_are_an_open_question() -> None:
    images = (replace(FIVE[0], children=(FIVE[1].digest,)), *FIVE[1:])
    assert "it is kept [open-children-count]" in notes(policy({"rules": [newest(1, 4)]}), images, NOW)


def test_manifests_of_an_index_that_goes_are_an_open_question() -> None:
    images = (replace(FIVE[3], children=(FIVE[4].digest,)), FIVE[4])
    assert "it expires [open-same-run]" in notes(policy({"rules": [pushed(1, 1)]}), images, NOW)


def test_a_referrer_that_a_rule_selects_is_an_open_question() -> None:
    images = (FIVE[0], replace(FIVE[4], subject=FIVE[0].digest))
    assert "it is kept [open-referrers-selected]" in notes(policy({"rules": [pushed(1, 3)]}), images, NOW)


def test_a_restored_image_is_an_open_question() -> None:
    images = (replace(FIVE[4], activated_at=NOW - DAY),)
    assert "it expires [open-restored-age]" in notes(policy({"rules": [pushed(1, 3)]}), images, NOW)


def test_where_nothing_is_open_nothing_is_said() -> None:
    assert notes(policy({"rules": [newest(1, 3)]}), FIVE, NOW) == ""


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (121, "121st")]
)
def test_places_are_written_as_people_do(number: int, text: str) -> None:
    assert ordinal(number) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [(timedelta(minutes=59), "0 hours"), (timedelta(hours=1), "1 hour"), (DAY, "1 day"), (40 * DAY, "40 days")],
)
def test_ages_are_written_in_hours_on_the_first_day(passed: timedelta, text: str) -> None:
    assert age(NOW - passed, NOW) == text


def test_a_rule_is_shown_in_words() -> None:
    rules = policy({"rules": [newest(1, 5, "v*")]}).rules
    assert rule_in_words(rules[0]) == "images matching `v*`: all but the newest 5 expire"

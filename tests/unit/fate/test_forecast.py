from datetime import timedelta

from inventory_files import NOW, digest, newest, pushed
from lifecycle_cases import policy
from shared_ecr.fate.arrivals import arrivals
from shared_ecr.fate.forecast import play
from shared_ecr.fate.images import Image

DAY = timedelta(days=1)
DAILY = tuple(Image(digest(f"b{age}"), NOW - age * DAY, (f"build-{age}",), size=10) for age in range(30))


def test_without_pushes_the_images_of_today_age_and_go() -> None:
    forecast = play(policy({"rules": [pushed(1, 29)]}), DAILY, NOW, NOW + 3 * DAY, timedelta())
    assert [day.expired for day in forecast.days] == [0, 1, 1, 1]


def test_pushing_as_before_keeps_a_count_full() -> None:
    forecast = play(policy({"rules": [newest(1, 30)]}), DAILY, NOW, NOW + 90 * DAY)
    assert {day.stored.images for day in forecast.days} == {30}
    assert len(forecast.expired_at) == 30


def test_the_day_an_image_goes_is_known() -> None:
    forecast = play(policy({"rules": [pushed(1, 35)]}), DAILY, NOW, NOW + 10 * DAY)
    assert forecast.expired_at[digest("b29")] == NOW + 7 * DAY


def test_the_pushes_of_the_window_come_again_and_again() -> None:
    coming = arrivals(DAILY, NOW, NOW + 75 * DAY, 30 * DAY)
    assert len(coming) == 75
    assert len({image.digest for image in (*DAILY, *coming)}) == 105


def test_a_tag_without_a_number_moves_to_the_newest() -> None:
    latest = Image(digest("l"), NOW - DAY, ("latest", "build-99"))
    forecast = play(policy({"rules": [newest(1, 99)]}), (latest,), NOW, NOW + 30 * DAY)
    assert sorted(image.tags for image in forecast.left) == [("build-99",), ("latest", "build-99")]


def test_manifests_of_an_index_go_the_day_after_it() -> None:
    child = Image(digest("c"), NOW - 10 * DAY)
    index = Image(digest("i"), NOW - 10 * DAY, ("v1",), children=(child.digest,))
    forecast = play(policy({"rules": [pushed(1, 5)]}), (child, index), NOW, NOW + 2 * DAY, timedelta())
    assert [day.stored.images for day in forecast.days] == [1, 0, 0]

from datetime import UTC, datetime

import pytest

from shared_ecr.text.times import known_time, time_in_utc

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-21T09:00:00Z", "2026-11-21T10:00:00+01:00"])
def test_a_time_with_its_zone_is_known(text: str) -> None:
    assert known_time(text) == NINE


@pytest.mark.parametrize("text", ["2026-11-21T09:00:00", "2026-11-21", "yesterday", ""])
def test_a_time_without_a_zone_is_not_known(text: str) -> None:
    assert known_time(text) is None


def test_a_time_that_a_person_writes_without_a_zone_is_in_utc() -> None:
    assert (time_in_utc("2026-11-21T09:00:00"), time_in_utc("2026-11-21T10:00:00+01:00")) == (NINE, NINE)


def test_a_text_that_is_not_a_time_is_refused() -> None:
    with pytest.raises(ValueError, match="yesterday"):
        time_in_utc("yesterday")

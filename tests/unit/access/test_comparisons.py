"""Single comparisons, made while the test runs: the table of operators is made when it is imported."""

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared_ecr.access import comparisons
from shared_ecr.access.contexts import Context
from shared_ecr.access.variables import template
from shared_ecr.access.wildcards import Glob, tokens_of

NOTHING = Context({})


def compared(comparison: Callable[..., Any], wanted: str, value: str) -> object:
    return comparison(template(wanted, has_variables=False))(value, NOTHING)


@pytest.mark.parametrize(("value", "expected"), [("9", True), ("10", False), ("11", False), ("ten", None)])
def test_the_number_of_the_request_is_on_the_left(value: str, expected: object) -> None:
    assert compared(comparisons.numeric(operator.lt), "10", value) is expected


@pytest.mark.parametrize(("value", "expected"), [("2025-12-31", True), ("2026-01-01", False), ("soon", None)])
def test_the_moment_of_the_request_is_on_the_left(value: str, expected: object) -> None:
    assert compared(comparisons.date(operator.lt), "2026-01-01", value) is expected


@pytest.mark.parametrize(("text", "expected"), [
    ("10", Decimal(10)), (" 1.5 ", Decimal("1.5")), ("NaN", None), ("Infinity", None), ("-Infinity", None), ("x", None),
])  # fmt: skip
def test_a_number_is_finite(text: str, expected: Decimal | None) -> None:
    assert comparisons.number(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("2026", datetime(2026, 1, 1, tzinfo=UTC)), ("2026-03", datetime(2026, 3, 1, tzinfo=UTC)),
    ("20260", datetime.fromtimestamp(20260, UTC)), ("1767225600", datetime(2026, 1, 1, tzinfo=UTC)), ("now", None),
])  # fmt: skip
def test_four_digits_are_a_year_and_more_are_seconds(text: str, expected: datetime | None) -> None:
    assert comparisons.moment(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("YQ==", b"a"), ("Y!Q==", None), ("Y", None)])
def test_base64_has_no_other_characters(text: str, expected: bytes | None) -> None:
    assert comparisons.octets(text) == expected


def test_a_network_may_be_written_with_an_address_in_it() -> None:
    assert str(comparisons.network("10.1.2.3/8")) == "10.0.0.0/8"


@pytest.mark.parametrize(("pattern", "text", "expected"), [
    ("a?", "a\n", True), ("a*b", "a\nb", True), ("ab*a*c", "abxc", False), ("ab*a*c", "abxac", True),
])  # fmt: skip
def test_a_pattern_takes_line_breaks_and_each_piece_once(pattern: str, text: str, expected: bool) -> None:  # noqa: FBT001 — a column of the table
    assert Glob.of(tokens_of(pattern)).matches(text) is expected

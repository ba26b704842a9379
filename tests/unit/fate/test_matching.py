"""Tags against patterns: by a walk over each tag, and by a search in all of them where the text is rare."""

import re

import pytest

from shared_ecr.fate.matching import Pattern, TagIndex

# So many that a text of a few tags is searched for in all of them at once.
COMMON = tuple(f"b{number:03}" for number in range(400))
RARE = ("0rare", "a-rare", "b5-rare", "b5-rare-rare", "b9-xrare", "z-rare")
TAGS = (*COMMON, *RARE)


def naive(pattern: str) -> list[int]:
    expression = ".*".join(map(re.escape, pattern.split("*")))
    return [number for number, tag in enumerate(TAGS) if re.fullmatch(expression, tag)]


@pytest.mark.parametrize("pattern", [
    "*0rare*", "*rare*", "*rare", "0rare*", "b*rare*", "b*rare", "b5*rare*", "b5*rare*rare", "a*rare", "z*rare",
    "*-rare*", "b*", "*", "b1*9", "c*rare", "*missing*", "b399", "b39*", "*xrare",
])  # fmt: skip
def test_a_pattern_selects_the_tags_that_a_regular_expression_selects(pattern: str) -> None:
    assert TagIndex([(tag,) for tag in TAGS]).like_all([pattern]) == naive(pattern)


@pytest.mark.parametrize(("pattern", "tag", "expected"), [
    ("*a*a*", "xa", False), ("*a*a*", "axa", True), ("*a*b*", "aba", True), ("ab*a*", "abx", False),
    ("ab*a*c", "abxc", False), ("ab*a*c", "abxac", True), ("*ab*b*", "ab", False), ("*ab*b*", "abb", True),
    ("a*b*", "ab", True), ("a*a", "a", False),
])  # fmt: skip
def test_each_piece_of_a_pattern_has_a_place_of_its_own(pattern: str, tag: str, expected: bool) -> None:  # noqa: FBT001 — a column of the table
    assert Pattern.parse(pattern).matches(tag) is expected

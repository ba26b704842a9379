import time

import pytest

from shared_ecr.access.actions import matching
from shared_ecr.access.wildcards import STAR, Glob, glob


@pytest.mark.parametrize(("pattern", "text", "expected"), [
    ("", "", True), ("", "a", False), ("*", "", True), ("*", "anything\nat all", True), ("?", "", False),
    ("?", "a", True), ("a*c", "abbc", True), ("a*c", "abbcd", False), ("a*", "b", False), ("*a", "ba", True),
    ("a?c", "abc", True), ("a?c", "ac", False), ("*ab*ab", "abab", True), ("*ab*ab", "ab", False),
    ("a**b", "ab", True), ("a.c", "abc", False), ("[a]", "a", False), ("a*b*c", "aXbYc", True),
    ("aa*aa", "aaa", False), ("??*", "a", False), ("*?", "a", True), ("\\*", "\\x", True),
    ("a?", "a\n", True), ("a*b", "a\nb", True), ("*a*a", "a", False), ("ab", "ab", True), ("ab", "abc", False),
])  # fmt: skip
def test_a_pattern_covers_exactly_what_its_wildcards_say(pattern: str, text: str, expected: bool) -> None:  # noqa: FBT001 — a column of the table
    assert glob(pattern).matches(text) is expected


def test_texts_beside_each_other_are_one_text() -> None:
    assert Glob.of(["a*", "b"]).exact == "a*b"


def test_a_star_in_a_text_is_no_wildcard() -> None:
    assert [Glob.of(["a*", STAR]).matches(text) for text in ("a*x", "abx")] == [True, False]


@pytest.mark.parametrize("pattern", ["*a" * 2000 + "*b", "a*" * 2000 + "b", "*?a" * 2000 + "b", "?*" * 2000 + "b"],
                         ids=["stars first", "stars last", "stars and single characters", "singles first"])  # fmt: skip
def test_a_pattern_of_thousands_of_stars_costs_no_more_than_a_walk(pattern: str) -> None:
    start = time.perf_counter()
    assert not glob(pattern).matches("a" * 10_000)
    assert time.perf_counter() - start < 2


def test_an_action_of_thousands_of_stars_is_matched_in_no_time() -> None:
    start = time.perf_counter()
    assert matching("ecr:" + "*e" * 4000) == 0
    assert time.perf_counter() - start < 2

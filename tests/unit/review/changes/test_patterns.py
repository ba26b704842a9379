import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.model.filters import wildcard_matches
from shared_ecr.model.mutability import MODES
from shared_ecr.review.changes.moving_tags import MovableTags
from shared_ecr.review.changes.patterns import common, covered_no_more, fresh_letter, uncovered

patterns = st.text(alphabet="ab*", min_size=1, max_size=4)
some = st.lists(patterns, max_size=3)
texts = st.text(alphabet="abq", max_size=6)


@given(some, some, texts)
def test_where_nothing_is_covered_no_more_every_text_that_was_covered_is(
    before: list[str], after: list[str], text: str
) -> None:
    if covered_no_more(before, after) is None and any(wildcard_matches(each, text) for each in before):
        assert any(wildcard_matches(each, text) for each in after)


@given(some, some)
def test_what_is_covered_no_more_was_covered_before(before: list[str], after: list[str]) -> None:
    text = covered_no_more(before, after)
    if text is not None:
        assert any(wildcard_matches(each, text) for each in before)
        assert not any(wildcard_matches(each, text) for each in after)


@given(some, some, texts)
def test_where_two_have_nothing_in_common_no_text_matches_both(one: list[str], other: list[str], text: str) -> None:
    if common(one, other) is None:
        assert not all(any(wildcard_matches(each, text) for each in side) for side in (one, other))


@given(some, some)
def test_what_two_have_in_common_matches_both(one: list[str], other: list[str]) -> None:
    text = common(one, other)
    if text is not None:
        assert all(any(wildcard_matches(each, text) for each in side) for side in (one, other))


@given(some, texts)
def test_where_nothing_is_uncovered_every_text_matches(found: list[str], text: str) -> None:
    if uncovered(found) is None:
        assert any(wildcard_matches(each, text) for each in found)


def test_a_letter_is_fresh_where_all_that_tags_may_have_are_used() -> None:
    every = "abcdefghijklmnopqrstuvwxyz0123456789"
    assert fresh_letter([every]) not in every


def movable(mode: str, filters: list[str], tag: str) -> bool:
    """Say by the guide's words whether a tag may be moved."""
    excepted = any(re.fullmatch(each.replace("*", ".*"), tag) for each in filters) and mode.endswith("_WITH_EXCLUSION")
    return excepted is mode.startswith("IMMUTABLE")


modes = st.sampled_from(MODES)


@given(modes, some, modes, some, texts)
def test_where_no_tag_gains_mobility_none_does(
    old: str, before: list[str], new: str, after: list[str], tag: str
) -> None:
    if MovableTags.of(new, tuple(after)).gained_over(MovableTags.of(old, tuple(before))) is None:
        assert movable(old, before, tag) or not movable(new, after, tag)


@given(modes, some, modes, some)
def test_a_tag_that_can_be_moved_now_could_not_before(old: str, before: list[str], new: str, after: list[str]) -> None:
    tag = MovableTags.of(new, tuple(after)).gained_over(MovableTags.of(old, tuple(before)))
    if tag is not None:
        assert (movable(old, before, tag), movable(new, after, tag)) == (False, True)


@pytest.mark.parametrize("mode", MODES)
def test_the_same_mode_and_filters_move_nothing_more(mode: str) -> None:
    tags = MovableTags.of(mode, ("latest*", "dev"))
    assert tags.gained_over(tags) is None

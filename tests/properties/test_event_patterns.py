"""Patterns of repositories: what EventBridge is given means what the pattern means, and every name is a pattern."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.model.filters import wildcard_matches
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.settings.event_patterns import EVENTS, EventKind, FindingSeverity
from shared_ecr.model.settings.notifications import RepositoryPattern

PARTS = st.from_regex(r"[a-z0-9]{1,4}(?:[._-][a-z0-9]{1,3})?", fullmatch=True)
NAMES = st.lists(PARTS, min_size=1, max_size=3).map("/".join).filter(lambda name: len(name) > 1)


@st.composite
def patterns_and_names(draw: st.DrawFn) -> tuple[str, str]:
    """A name, and a pattern that was made of it or of another one by putting stars in."""
    name, other = draw(NAMES), draw(NAMES)
    start = draw(st.sampled_from([name, other]))
    first, last = sorted(draw(st.tuples(st.integers(0, len(start)), st.integers(0, len(start)))))
    return re.sub(r"\*+", "*", f"{start[:first]}*{start[last:]}"), name


def is_matched(filter_: Any, name: str) -> bool:
    """Whether a filter of EventBridge matches, as its page of operators says."""
    match filter_:
        case {"prefix": start}:
            return name.startswith(start)
        case {"suffix": end}:
            return name.endswith(end)
        case {"wildcard": pattern}:
            return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None
        case _:
            return bool(filter_ == name)


@given(patterns_and_names())
def test_a_filter_means_what_the_pattern_means(pair: tuple[str, str]) -> None:
    pattern, name = pair
    row = next(each for each in EVENTS if each.kind is EventKind.PUSH)
    detail = row.pattern([pattern])["detail"]
    filters = detail.get("repository-name")
    found = filters is None or any(is_matched(each, name) for each in filters)
    assert found is wildcard_matches(pattern, name)


@given(NAMES)
def test_every_name_of_a_repository_is_a_pattern(name: str) -> None:
    RepositoryName(name)
    assert RepositoryPattern.parse(name).text == name


@given(patterns_and_names())
def test_a_pattern_that_means_a_repository_is_accepted(pair: tuple[str, str]) -> None:
    pattern, name = pair
    if wildcard_matches(pattern, name):
        assert RepositoryPattern.parse(pattern).text == pattern


@given(st.sampled_from(FindingSeverity), st.sampled_from(FindingSeverity))
def test_a_lower_severity_publishes_no_less(one: FindingSeverity, other: FindingSeverity) -> None:
    lower, higher = sorted((one, other), key=list(FindingSeverity).index)
    assert set(higher.and_higher) <= set(lower.and_higher)

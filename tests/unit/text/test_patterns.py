import re

import pytest

from shared_ecr.text.patterns import LazyPattern

WORD = LazyPattern(r"(?P<first>[a-z])[a-z]*")
SAME = re.compile(WORD.pattern)
TEXT = "1 ab cd!"


def test_it_is_compiled_when_it_is_first_used() -> None:
    pattern = LazyPattern("[")
    with pytest.raises(re.error):
        pattern.match("")


def test_it_is_compiled_once() -> None:
    assert WORD.compiled is WORD.compiled


@pytest.mark.parametrize("text", ["ab", "ab!", "", "1"])
def test_it_matches_what_the_compiled_one_matches(text: str) -> None:
    found, same = WORD.fullmatch(text), SAME.fullmatch(text)
    assert (found and found.groupdict()) == (same and same.groupdict())


def test_a_match_and_a_search_begin_where_they_are_asked_to() -> None:
    assert WORD.match(TEXT) is None
    assert WORD.match(TEXT, 2) is not None
    assert [found and found[0] for found in (WORD.search(TEXT), WORD.search(TEXT, 3))] == ["ab", "b"]


def test_matches_are_found_between_a_start_and_an_end() -> None:
    assert [found[0] for found in WORD.finditer(TEXT, 3, 6)] == ["b", "c"]


def test_all_matches_are_listed_split_at_and_replaced() -> None:
    assert WORD.findall(TEXT) == SAME.findall(TEXT) == ["a", "c"]
    assert WORD.split(TEXT) == SAME.split(TEXT)
    assert WORD.sub(r"<\g<first>>", TEXT) == "1 <a> <c>!"
    assert WORD.sub(lambda found: found[0].upper(), TEXT) == "1 AB CD!"


def test_the_flags_are_those_of_the_compiled_one() -> None:
    assert LazyPattern("a", re.IGNORECASE).fullmatch("A")
    assert not LazyPattern("a").fullmatch("A")

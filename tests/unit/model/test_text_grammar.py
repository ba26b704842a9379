import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.text.patterns import LazyPattern

WORDS = TextGrammar(
    pattern=LazyPattern(r"[a-z]+"),
    what="a word",
    why="It has letters alone",
    fix="Write letters",
    fix_in_template="Write them in the template",
    code="word",
)


def test_a_text_that_matches_is_returned() -> None:
    assert WORDS.require("abc") == "abc"


@pytest.mark.parametrize("text", ["abc1", "1abc", "abc\n", ""])
def test_the_whole_text_must_match(text: str) -> None:
    with pytest.raises(InvalidValueError, match="is not a word"):
        WORDS.require(text)


def test_the_error_has_every_part() -> None:
    with pytest.raises(InvalidValueError) as found:
        WORDS.require("1")
    error = found.value
    assert (error.what, error.why, error.fix, error.fix_in_template, error.code) == (
        "'1' is not a word", "It has letters alone", "Write letters", "Write them in the template", "word",
    )  # fmt: skip


def test_the_error_quotes_what_is_written() -> None:
    with pytest.raises(InvalidValueError, match="'role/1' is not a word"):
        WORDS.require("1", written="role/1")

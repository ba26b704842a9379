import pytest

from shared_ecr.text import did_you_mean, listed, nearest, quoted, visible


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("scanOnPush", "scan_on_push"),
        ("scan-on-push", "scan_on_push"),
        ("scan_on_psuh", "scan_on_push"),
        ("lifecyle", "lifecycle"),
        ("colour", None),
        ("tgs", "tags"),
        ("x", None),
        ("", None),
    ],
)
def test_the_nearest_known_word_is_suggested_within_two_slips(word: str, meant: str | None) -> None:
    assert nearest(word, ["scan_on_push", "lifecycle", "tags"]) == meant


def test_nothing_near_is_no_suggestion() -> None:
    assert did_you_mean("zebra", ["tags"]) == ""


@pytest.mark.parametrize(
    ("text", "shown"), [("a\u200bb", r"a\u200bb"), ("a\xa0b", r"a\u00a0b"), ("a\tb", r"a\tb"), ("é ü", "é ü")]
)
def test_what_takes_no_ink_is_shown_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_long_text_is_shortened_in_the_middle() -> None:
    assert len(quoted("x" * 500)) < 90


def test_words_are_listed_as_people_do() -> None:
    assert listed(["a", "b", "c"]) == "a, b or c"

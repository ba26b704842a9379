import pytest

from shared_ecr.text.characters import character, look_alike, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("!", "'!'"),
        ("\u0430", "'\u0430' (cyrillic small letter a, U+0430, which looks like 'a')"),
        ("\u00e9", "'\u00e9' (latin small letter e with acute, U+00E9)"),
        ("\uff41", "'\uff41' (fullwidth latin small letter a, U+FF41, which looks like 'a')"),
    ],
    ids=["a mark", "a look-alike", "another letter", "a wide letter"],
)
def test_a_character_that_the_eye_can_mistake_is_named(text: str, shown: str) -> None:
    assert character(text) == shown


@pytest.mark.parametrize("text", ["a", "-", "\u00e9"])
def test_what_looks_like_itself_has_no_look_alike(text: str) -> None:
    assert look_alike(text) is None


def test_a_text_is_read_as_the_eye_reads_it() -> None:
    assert plain("te\u0430m\u2215\u0430pp") == "team/app"

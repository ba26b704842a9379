import pytest

from shared_ecr.text import counted, first_few, first_lines, size


@pytest.mark.parametrize(
    ("byte_count", "written"),
    [
        (0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (12_345, "12.3 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB"),
        (1_500_000, "1.5 MB"), (2_500_000_000, "2.5 GB"), (7_000_000_000_000, "7.0 TB"), (5 * 10**18, "5,000.0 PB"),
    ],
)  # fmt: skip
def test_a_size_is_written_in_si_units(byte_count: int, written: str) -> None:
    assert size(byte_count) == written


@pytest.mark.parametrize(
    ("count", "written"), [(0, "0 repositories"), (1, "1 repository"), (1_200, "1,200 repositories")]
)
def test_a_count_has_its_word_in_the_plural_but_of_one(count: int, written: str) -> None:
    assert counted(count, "repository", "repositories") == written


def test_the_first_few_are_named_and_the_others_counted() -> None:
    assert first_few("abcdefg") == "a, b, c, d, e and 2 more"


def test_few_are_all_named() -> None:
    assert first_few("abc") == "a, b, c"


def test_lines_that_are_left_out_are_counted() -> None:
    assert first_lines(list("abc"), 2, "images") == ["a", "b", "and 1 more images"]

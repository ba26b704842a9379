"""Numbers for readers: sizes in SI units, counts, and the first few of many.

Every command writes them in the same way.
"""

from collections.abc import Iterable, Sequence

_VOWELS = "aeiou"
_STEP = 1000
_UNITS = ("kB", "MB", "GB", "TB", "PB")
# A line names a few things; for more, the number is more useful than the names.
FEW = 5


def size(byte_count: float) -> str:
    """Write a number of bytes in SI units, as registries and `docker images` do: `12.3 kB`, `1.5 MB`, `2.5 GB`."""
    if byte_count < _STEP:
        return f"{byte_count:.0f} B"
    value, unit = float(byte_count), "B"
    for unit in _UNITS:  # noqa: B007 — the unit at which the loop ends is the one that is written
        value /= _STEP
        # A number that rounds to 1000.0 is written in the next unit.
        if value < _STEP - 0.05:
            break
    return f"{value:,.1f} {unit}"


def counted(count: int, word: str, many: str = "") -> str:
    """Write *count* things: `1 image`, `2 repositories`, `1,000 images`; *many* is a plural that has no rule."""
    return f"{count:,} {plural(count, word, many)}"


def plural(count: int, word: str, many: str = "") -> str:
    """Return *word* as it is written beside *count*; *many* is a plural that has no rule."""
    if count == 1:
        return word
    return many or (f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in _VOWELS else f"{word}s")


def first_few(names: Iterable[str], at_most: int = FEW) -> str:
    """Name the first few of many: `a, b and 3 more`."""
    every = list(names)
    shown = ", ".join(every[:at_most])
    return f"{shown} and {len(every) - at_most:,} more" if len(every) > at_most else shown


def first_lines(lines: Sequence[str], at_most: int, what: str = "") -> list[str]:
    """Return the first *at_most* of *lines*, and one more line with the number of the others, which are *what*."""
    more = [f"and {len(lines) - at_most:,} more{f' {what}' if what else ''}"] if len(lines) > at_most else []
    return [*lines[:at_most], *more]

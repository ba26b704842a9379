"""Whether patterns with `*` cover more than others did, decided exactly, with a text that shows it.

Where each `*` of a pattern is filled with a letter that no other pattern has, a pattern that matches the result matches
everything that the first one matches. So one text for each pattern is enough, also against several patterns at once.
"""

from collections.abc import Iterable, Sequence

from shared_ecr.model.filters import WILDCARD, text_of_both, wildcard_matches

# Letters that tags and names can have, the least used ones first.
_LETTERS = "qxzjkwyvubhgfmpdcnlrtsioae0123456789"
# A pattern that uses them all leaves none; this one is no letter of a tag, and stands for a long unusual text.
_NONE_LEFT = "…"


def fresh_letter(patterns: Iterable[str]) -> str:
    """Return a letter that none of *patterns* has, in either case."""
    used = {letter for pattern in patterns for letter in pattern.lower()}
    return next((letter for letter in _LETTERS if letter not in used), _NONE_LEFT)


def example(pattern: str, letter: str) -> str:
    """Return the text of *pattern* that as few other patterns as possible match; *letter* is fresh for all of them."""
    return pattern.replace(WILDCARD, letter)


def covered_no_more(before: Iterable[str], after: Iterable[str]) -> str | None:
    """Return a text that some pattern of *before* matches and none of *after*; None where there is none."""
    old, new = list(before), list(after)
    letter = fresh_letter((*old, *new))
    texts = (example(pattern, letter) for pattern in old)
    return next((text for text in texts if not matches_any(new, text)), None)


def matches_any(patterns: Iterable[str], text: str) -> bool:
    """Whether one of *patterns* covers the whole of *text*."""
    return any(wildcard_matches(pattern, text) for pattern in patterns)


def uncovered(patterns: Sequence[str]) -> str | None:
    """Return a text that none of *patterns* matches; None where they match every text."""
    letter = fresh_letter(patterns)
    return None if matches_any(patterns, letter) else letter


def common(one: Iterable[str], other: Iterable[str]) -> str | None:
    """Return a text that some pattern of *one* and some pattern of *other* match; None where there is none."""
    others = list(other)
    return next((text for a in one for b in others if (text := text_of_both(a, b)) is not None), None)

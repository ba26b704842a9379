"""Suggestions for a misspelled word, and words joined as a list."""

from collections.abc import Iterable

# Two typing errors. With more differences, a suggestion misleads more than it helps.
NEAR = 2


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the one of *known* that *word* was probably meant to be, or None.

    Another spelling of the same words (camelCase, kebab-case) always counts; else edit distance at most 2,
    and less than half the word.
    """
    candidates = list(known)
    folded = _folded(word)
    for candidate in candidates:
        if _folded(candidate) == folded:
            return candidate
    distance, best = min(((_distance(word, c), c) for c in candidates), default=(NEAR + 1, ""))
    return best if distance <= min(NEAR, max(1, (len(word) - 1) // 2)) else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Render the suggestion for *word* as a sentence, or nothing."""
    best = nearest(word, known)
    return f"Did you mean '{best}'?" if best else ""


def listed(words: Iterable[str], last_word: str = "or") -> str:
    """Join *words* as a list, with *last_word* before the last one: `a, b or c`."""
    *head, last = words
    return f"{', '.join(head)} {last_word} {last}" if head else last


def _folded(word: str) -> str:
    return "".join(character for character in word.lower() if character.isalnum())


def _distance(a: str, b: str) -> int:
    """Count the insertions, deletions, replacements and swaps of neighbours between *a* and *b*."""
    if abs(len(a) - len(b)) > NEAR:
        return NEAR + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        earlier, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]

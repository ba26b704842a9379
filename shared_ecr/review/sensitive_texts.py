"""A set of texts that are not to be shown, and the search for them in what is printed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from shared_ecr.text.patterns import LazyPattern

MARK = "(sensitive)"
# A text is found where a word of its own begins and ends, so that `ops` is not found in `operations`.
_TOKEN = LazyPattern(r"[A-Za-z0-9]+|[^A-Za-z0-9]")


class SensitiveTexts:
    """Replaces texts by a mark; the time that it takes does not grow with their number."""

    def __init__(self, texts: Iterable[str]) -> None:
        found: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for text in texts:
            if first := _TOKEN.match(text):
                found[first[0]][len(text)].add(text)
        # By the token that a text begins with, the longest texts first.
        self._by_token = {
            token: [(length, frozenset(lengths[length])) for length in sorted(lengths, reverse=True)]
            for token, lengths in found.items()
        }

    def hidden(self, text: str) -> str:
        """Return *text* with a mark in the place of each of the texts."""
        return "".join(self._parts(text)) if self._by_token else text

    def _parts(self, text: str) -> Iterator[str]:
        place = 0
        while token := _TOKEN.match(text, place):
            end = self._end(text, place, token[0])
            yield MARK if end else token[0]
            place = end or token.end()

    def _end(self, text: str, start: int, token: str) -> int:
        """Return where the longest of the texts ends that begins at *start*; 0 where none does."""
        for length, texts in self._by_token.get(token, ()):
            end = start + length
            if text[start:end] in texts and not (text[end : end + 1].isalnum() and text[end : end + 1].isascii()):
                return end
        return 0

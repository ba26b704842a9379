"""Patterns with `*` and `?`, matched without backtracking over what a star has already taken.

A star needs only the leftmost place of what is behind it, so a pattern of any number of stars costs one walk:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html (StringLike).
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Self

from shared_ecr.model.filters import text_of_both
from shared_ecr.records import record


@record
class Wildcard:
    """One of the two characters that mean others."""

    character: str


STAR, ANY = Wildcard("*"), Wildcard("?")
GlobToken = str | Wildcard


def tokens_of(text: str) -> tuple[GlobToken, ...]:
    """Split *text* into literal runs and wildcards."""
    return tuple(
        STAR if piece == "*" else ANY if piece == "?" else piece for piece in re.split(r"([*?])", text) if piece
    )


@record
class Glob:
    """A compiled pattern: the pieces between its stars, each of a fixed length."""

    pieces: tuple[re.Pattern[str], ...]
    exact: str | None
    """The whole pattern where it has no wildcard."""

    @classmethod
    def of(cls, tokens: Iterable[GlobToken]) -> Self:
        """Compile *tokens*; a literal `*` is text, never a wildcard."""
        pieces, literal = [""], ""
        for token in tokens:
            if token is STAR:
                pieces.append("")
            else:
                pieces[-1] += "." if token is ANY else re.escape(str(token))
                literal += "" if isinstance(token, Wildcard) else token
        has_wildcards = len(pieces) > 1 or pieces[0] != re.escape(literal)
        return cls(
            tuple(re.compile(piece, re.DOTALL) for piece in pieces) if has_wildcards else (),
            None if has_wildcards else literal,
        )

    def matches(self, text: str) -> bool:
        """Whether the pattern covers the whole of *text*."""
        if self.exact is not None:
            return text == self.exact
        first, *rest = self.pieces
        head = first.match(text)
        if head is None:
            return False
        if not rest:
            return head.end() == len(text)
        position = head.end()
        *middle, last = rest
        for piece in middle:
            found = piece.search(text, position)
            if found is None:
                return False
            position = found.end()
        # Pieces have a fixed length, so the last one can be in one place only: the end.
        start = len(text) - _length(last)
        return start >= position and last.fullmatch(text, start) is not None


def common_text(one: str, other: str) -> str | None:
    """Return a text that both patterns cover, one of the shortest; None where there is none."""
    return text_of_both(one, other, any_character=ANY.character)


@lru_cache(maxsize=4096)
def glob(text: str) -> Glob:
    """Compile the pattern *text*, once."""
    return Glob.of(tokens_of(text))


@lru_cache(maxsize=4096)
def _length(piece: re.Pattern[str]) -> int:
    """Count the characters that *piece* takes: an escape and what it escapes are one."""
    return len(re.sub(r"\\(.)", r"\1", piece.pattern, flags=re.DOTALL))

"""Which parts of a file are texts in quotes or blocks, and which are comments."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

from shared_ecr.documents.yaml.source import SourceText
from shared_ecr.text.patterns import LazyPattern

Span = tuple[int, int]

# Behind the place where the parser gave up, texts are recognised by their looks: quotes that close on their
# line, and after a `|` or `>` at the end of a line all that is indented deeper.
_QUOTED = LazyPattern(r"'(?:[^'\r\n]|'')*+'|\"(?:[^\"\\\r\n]|\\.)*+\"")
_BLOCK_HEADER = LazyPattern(r"(?:^|[:-]) ++[|>][-+0-9]{0,2}[ \t]*+(?:#.*)?$")
_COMMENT = LazyPattern(r"(?:\A|(?<=\s))#")


class Literals:
    """The quoted and block texts of one file: exactly as far as it was read, by their looks from there on."""

    def __init__(self, source: SourceText, read: Sequence[Span], read_until: int) -> None:
        self._source, self._read, self._read_until = source, read, read_until

    def covers(self, index: int) -> bool:
        """Whether the character at *index* belongs to such a text, so that it means nothing to YAML."""
        if index < self._read_until:
            return _within(self._read, index)
        return _within(self._blocks, index) or _within(self._quotes, index)

    def in_comment(self, index: int) -> bool:
        """Whether the character at *index* is part of a comment."""
        line_start = self._source.line(index).start
        hashes = _COMMENT.finditer(self._source.text[line_start:index])
        return any(not self.covers(line_start + found.start()) for found in hashes)

    @cached_property
    def _quotes(self) -> list[Span]:
        return [found.span() for found in _QUOTED.finditer(self._source.text, self._read_until)]

    @cached_property
    def _blocks(self) -> list[Span]:
        return list(_blocks(self._source, self._read_until))


def _within(spans: Sequence[Span], index: int) -> bool:
    """Whether one of *spans*, which are sorted and apart, begins before *index* and ends behind it."""
    before = bisect_right(spans, (index, -1)) - 1
    return before >= 0 and index < spans[before][1]


def _blocks(source: SourceText, start: int) -> Iterator[Span]:
    indentation, begin, end = -1, 0, 0
    for line in source.lines(start):
        text = source.text[line.start : line.stop].rstrip("\r\n")
        spaces = len(text) - len(text.lstrip(" "))
        if indentation >= 0 and (spaces > indentation or not text.strip(" ")):
            end = line.stop
            continue
        if indentation >= 0:
            yield begin, end
        indentation = spaces if _BLOCK_HEADER.search(text) else -1
        begin = end = line.stop
    if indentation >= 0:
        yield begin, end

"""The text of a file, and where in it a character is."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from shared_ecr.documents.yaml.faults import SyntaxFault
from shared_ecr.findings.problems import Position, Problem
from shared_ecr.text.patterns import LazyPattern

_LINE_END = LazyPattern(r"\r\n|\r|\n")


class SourceText:
    """A decoded file: its name for messages, and its text without a byte order mark."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self._line = self._start = self._stop = 0

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(end.end() for end in _LINE_END.finditer(self.text))]

    def position(self, index: int) -> Position:
        """Return line and column of the character at *index*."""
        if not self._start <= index < self._stop:
            # Asked for from the first to the last as a rule, so that many are in the line of the one before.
            self._line = bisect_right(self._line_starts, index)
            self._start, self._stop = self._line_starts[self._line - 1], self._line_end(self._line)
        return Position(self._line, index - self._start + 1, self.file)

    def line(self, index: int) -> range:
        """Return the indexes of the line of the character at *index*, its end included."""
        number = bisect_right(self._line_starts, index)
        return range(self._line_starts[number - 1], self._line_end(number))

    def lines(self, index: int) -> Iterator[range]:
        """Yield the indexes of the line of the character at *index* and of all that follow."""
        for number in range(bisect_right(self._line_starts, index), len(self._line_starts) + 1):
            yield range(self._line_starts[number - 1], self._line_end(number))

    def _line_end(self, number: int) -> int:
        return self._line_starts[number] if number < len(self._line_starts) else len(self.text)

    def problem(self, index: int, fault: SyntaxFault, path: str = "") -> Problem:
        """Make the problem of what is at *index*, and at *path* in the document."""
        return Problem(
            fault.code,
            fault.severity,
            fault.what,
            fault.why,
            fault.fix,
            file=self.file,
            position=self.position(index),
            path=path,
        )

"""A regular expression at the top of a module that is compiled when it is first used.

Compiling one takes a tenth of a millisecond or more, and a command uses few of the patterns that its modules have.
"""

import re
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any


class LazyPattern:
    """The methods of `re.Pattern` that we use; it takes the arguments of `re.compile`."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern, self.flags = pattern, flags

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pattern!r}, {self.flags})"

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern itself."""
        return re.compile(self.pattern, self.flags)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Match at *start*."""
        return self.compiled.match(text, start)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Match the whole text."""
        return self.compiled.fullmatch(text)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Find the first match at *start* or after it."""
        return self.compiled.search(text, start)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Find every match between *start* and *end*."""
        return self.compiled.finditer(text, start, end)

    def findall(self, text: str) -> list[Any]:
        """List the text, the group or the groups of every match."""
        return self.compiled.findall(text)

    def split(self, text: str) -> list[str]:
        """Split at every match; groups are parts of the result."""
        return self.compiled.split(text)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str) -> str:
        """Replace every match."""
        return self.compiled.sub(replacement, text)

"""What the worlds of a deployment have in common: each part once, with the numbers of the worlds that have it."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class WorldParts(Generic[T]):
    """Parts of worlds, in the order in which they are found; two parts are one where they look the same."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[T, set[int]]] = {}

    def add(self, numbers: Iterable[int], parts: Iterable[T]) -> None:
        """Add what the worlds of these *numbers* have."""
        worlds = tuple(numbers)
        for part in parts:
            self._found.setdefault(repr(part), (part, set()))[1].update(worlds)

    def __iter__(self) -> Iterator[tuple[T, frozenset[int]]]:
        return ((part, frozenset(numbers)) for part, numbers in self._found.values())

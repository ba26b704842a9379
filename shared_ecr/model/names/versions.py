"""The order of tags as people read them: numbers as numbers, a release after its candidates."""

from typing import Any

from shared_ecr.model.names import Tag
from shared_ecr.text.patterns import LazyPattern

_VERSION = LazyPattern(r"[vV]?([0-9]+(?:\.[0-9]+)*)(.*)")
_RUN = LazyPattern(r"([0-9]+)")


def version_order(tag: Tag) -> tuple[Any, ...]:
    """Return what to sort *tag* by, the oldest first.

    A version is a tag that begins with a number, or with `v` and one. Its numbers decide, from the left (1.9 before
    1.10), then their count (1.27 before 1.27.0), then the rest: a version without a rest is newer (1.27.0-rc.1 before
    1.27.0), else the rest decides in its turn, runs of digits as numbers. A tag that is not a version is before all
    that are.
    """
    version = _VERSION.fullmatch(tag.text)
    if version is None:
        return (0, (), True, _natural(tag.text), tag.text)
    numbers = tuple(map(int, version[1].split(".")))
    return (1, numbers, not version[2], _natural(version[2]), tag.text)


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Split *text* so that runs of digits compare as numbers, behind everything else."""
    return tuple((int(run), "") if run.isdigit() else (-1, run) for run in _RUN.split(text) if run)

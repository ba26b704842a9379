"""Which tags can be moved to another image after a change of tag mutability, but not before it.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""

from typing import Self

from shared_ecr.records import record
from shared_ecr.review.changes.patterns import common, covered_no_more, uncovered


@record
class MovableTags:
    """The tags that may be moved: those that match the patterns, or with *all_but* all others."""

    all_but: bool
    patterns: tuple[str, ...]

    @classmethod
    def of(cls, mode: str, filters: tuple[str, ...]) -> Self:
        """Read ECR's mode and its exclusion filters; a mode without exclusions has none, whatever is written."""
        excepted = filters if mode.endswith("_WITH_EXCLUSION") else ()
        return cls(mode.startswith("MUTABLE"), tuple(dict.fromkeys(excepted)))

    def gained_over(self, before: Self) -> str | None:
        """Return a tag that may be moved now and could not be under *before*; None where there is none."""
        match (before.all_but, self.all_but):
            case (False, False):
                return covered_no_more(self.patterns, before.patterns)
            case (False, True):
                return uncovered((*before.patterns, *self.patterns))
            case (True, True):
                return covered_no_more(before.patterns, self.patterns)
            case _:
                return common(self.patterns, before.patterns)

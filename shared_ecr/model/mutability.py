"""Whether a tag may be moved to another image, and the exceptions.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""

from typing import Self

from shared_ecr.model.filters import wildcard_matches
from shared_ecr.model.names import Tag
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

# AWS::ECR::Repository, ImageTagMutabilityExclusionFilters.
MAX_FILTERS = 5
MODES = ("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE", "MUTABLE_WITH_EXCLUSION")
_FILTER = TextGrammar(
    pattern=LazyPattern(r"[0-9a-zA-Z._*-]{1,128}"),
    what="a tag filter",
    why="A filter is 1 to 128 letters, digits, '.', '_', '-' and '*'",
    code="mutability-filter",
)


@record(order=True)
class ExclusionFilter:
    """Tags for which the opposite rule applies; `*` stands for any characters, nothing else is special."""

    pattern: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a filter; refuse characters a tag cannot have, `*` excepted, and more than 128 of them."""
        return cls(_FILTER.require(text))

    def matches(self, tag: Tag) -> bool:
        """Whether *tag* is one of those excepted."""
        return wildcard_matches(self.pattern, tag.text)


@record
class TagMutability:
    """The rule for every tag of a repository, and the filters of those under the opposite rule."""

    immutable: bool = True
    except_: tuple[ExclusionFilter, ...] = ()

    def allows_moving(self, tag: Tag) -> bool:
        """Whether *tag*, once pushed, may name another image later."""
        excepted = any(filter_.matches(tag) for filter_ in self.except_)
        return excepted == self.immutable

    @property
    def wire(self) -> str:
        """ECR's name for the mode."""
        return f"{'IMMUTABLE' if self.immutable else 'MUTABLE'}{'_WITH_EXCLUSION' if self.except_ else ''}"

    @classmethod
    def from_wire(cls, mode: str, filters: tuple[str, ...] = ()) -> Self:
        """Read what `DescribeRepositories` answers."""
        return cls(mode.startswith("IMMUTABLE"), tuple(ExclusionFilter.parse(text) for text in filters))

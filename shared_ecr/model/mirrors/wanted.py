"""Which images a mirror selects: tags, patterns of tags, digests, or a tag that is pinned to a digest."""

from typing import Self, assert_never

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.filters import WILDCARD, wildcard_matches
from shared_ecr.model.mutability import TagMutability
from shared_ecr.model.names import Digest, Tag
from shared_ecr.model.names.image import MAX_TAG_LENGTH
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# No tag begins with '.' or '-', so no pattern that does could match one.
_PATTERN = LazyPattern(r"[A-Za-z0-9_*][A-Za-z0-9._*-]*")
# `latest`, `bookworm`, `1`, `1.27`, `v3-alpine`: these tags move with releases. Three numbers, a date or a commit name
# one image.
_MOVING = LazyPattern(r"[^0-9]*|[vV]?[0-9]{1,3}(?:\.[0-9]{1,3})?(?:-[^0-9]*)?")


@record(order=True)
class TagPattern:
    """The tags that match as a whole; `*` stands for any characters or none, nothing else is special."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a pattern; refuse what could match no tag."""
        if not _PATTERN.fullmatch(text) or len(text) > MAX_TAG_LENGTH:
            raise InvalidValueError(
                f"{quoted(text)} is not a tag pattern" if text else "the pattern of tags is empty",
                why="It is 1 to 128 letters, digits, '_', '.', '-' and '*', which stands for any characters, and does "
                "not begin with '.' or '-'",
                code="mirror-tag",
            )
        return cls(text)

    def matches(self, tag: Tag) -> bool:
        """Whether *tag* is selected."""
        return wildcard_matches(self.text, tag.text)

    def __str__(self) -> str:
        return self.text


@record(order=True)
class PinnedTag:
    """A tag of this registry for one image of the upstream, even if the upstream's tag of that name has moved."""

    tag: Tag
    digest: Digest

    def __str__(self) -> str:
        return f"{self.tag}@{self.digest}"


WantedImages = Tag | TagPattern | PinnedTag | Digest


def parse_wanted(text: str) -> WantedImages:
    """Read `TAG`, a pattern with `*`, `sha256:DIGEST`, or `TAG@sha256:DIGEST`."""
    name, at, digest = text.rpartition("@")
    if at:
        return PinnedTag(Tag.parse(name), Digest.parse(digest))
    if ":" in text:
        return Digest.parse(text)
    return TagPattern.parse(text) if WILDCARD in text else Tag.parse(text)


def moves_upstream(wanted: WantedImages) -> bool:
    """Whether *wanted* selects tags that upstreams are known to move: `latest`, `1.27`, `*`."""
    match wanted:
        case Tag(text) | TagPattern(text):
            return bool(_MOVING.fullmatch(text.replace(WILDCARD, "")))
        case PinnedTag() | Digest():
            return False
        case _:
            assert_never(wanted)


def may_move_here(wanted: WantedImages, mutability: TagMutability) -> bool:
    """Whether every tag of *wanted* may move in a repository of that *mutability*, as far as patterns can show.

    A filter covers a pattern that it matches as if it were a tag: tags of the pattern are as fixed as tags of the
    filter.
    """
    match wanted:
        case Tag():
            return mutability.allows_moving(wanted)
        case TagPattern(text):
            excepted = [filter_.pattern for filter_ in mutability.except_]
            if mutability.immutable:
                return any(wildcard_matches(filter_, text) for filter_ in excepted)
            return not any(wildcard_matches(filter_, text) or wildcard_matches(text, filter_) for filter_ in excepted)
        case PinnedTag() | Digest():
            return True
        case _:
            assert_never(wanted)

"""How a fate looks: a colour and, for those who do not distinguish colours, a shape."""

from typing import assert_never

from shared_ecr.fate.verdicts import Fate
from shared_ecr.records import record


@record
class MarkStyle:
    """The class of the style sheet, the shape around (0, 0) as an SVG path, and the word in the legend."""

    css: str
    path: str
    word: str


_CIRCLE = "M-3.2,0a3.2,3.2 0 1,0 6.4,0a3.2,3.2 0 1,0 -6.4,0"
_DIAMOND = "M0,-4L4,0L0,4L-4,0Z"
_SQUARE = "M-3,-3H3V3H-3Z"
_TRIANGLE = "M0,-3.8L3.8,3H-3.8Z"
LATER = MarkStyle("later", _DIAMOND, "expires later, in the forecast")


def look_of(fate: Fate) -> MarkStyle:
    """Return how *fate* looks."""
    match fate:
        case Fate.KEEP:
            return MarkStyle("keep", _CIRCLE, "kept")
        case Fate.EXPIRE:
            return MarkStyle("expire", _DIAMOND, "expires")
        case Fate.CASCADE_EXPIRE:
            return MarkStyle("cascade-expire", _DIAMOND, "expires with its subject")
        case Fate.ARCHIVE:
            return MarkStyle("archive", _SQUARE, "is archived")
        case Fate.CASCADE_ARCHIVE:
            return MarkStyle("cascade-archive", _SQUARE, "is archived with its subject")
        case Fate.BLOCKED:
            return MarkStyle("blocked", _TRIANGLE, "held by a manifest list")
        case _:
            assert_never(fate)

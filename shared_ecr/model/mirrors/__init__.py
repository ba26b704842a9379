"""Images of other registries that the shared one keeps copies of: frozen valid values; they do not copy images.

`shared-ecr mirror` copies all that a mirror names; a pull-through cache (`settings.pull_through_cache`) copies an image
when it is pulled. `mirror` is one of them, `upstreams` says from where, `wanted` which images.
"""

from shared_ecr.model.mirrors.mirror import Chosen, Mirror
from shared_ecr.model.mirrors.upstreams import UpstreamRepository
from shared_ecr.model.mirrors.wanted import (
    PinnedTag,
    TagPattern,
    WantedImages,
    may_move_here,
    moves_upstream,
    parse_wanted,
)

__all__ = [
    "Chosen",
    "Mirror",
    "PinnedTag",
    "TagPattern",
    "UpstreamRepository",
    "WantedImages",
    "may_move_here",
    "moves_upstream",
    "parse_wanted",
]

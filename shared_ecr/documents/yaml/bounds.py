"""The limits of a file, which no declaration reaches.

With them, a file of a few lines cannot fill the memory ("billion laughs") or exhaust the stack of code that walks the
tree. What is written, and not repeated by aliases, is bounded by the size of the file too.
"""

from shared_ecr.documents.yaml.faults import SyntaxFault

# A thousand repositories that each write out fifty consumers and every property are 250,000 values in 3 MiB.
LARGEST_TREE = 300_000
DEEPEST_TREE = 100
# No one reads more, and each costs as much as its path is long.
MOST_WARNINGS = 1000


def beyond(size: int, depth: int, *, has_anchors: bool) -> SyntaxFault | None:
    """Say which bound a tree of *size* values, nested *depth* deep, is beyond."""
    if size > LARGEST_TREE:
        why = "Each alias counts as all that it repeats" if has_anchors else ""
        return SyntaxFault("yaml-too-large", f"the file holds more than {LARGEST_TREE:,} values", why, "Split it")
    if depth > DEEPEST_TREE:
        what = f"values are nested more than {DEEPEST_TREE} deep"
        return SyntaxFault("yaml-depth", what, fix="Look for a bracket that is never closed")
    return None

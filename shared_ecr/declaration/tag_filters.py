"""Patterns and prefixes of tags that no tag can match: ECR stores a lifecycle rule with them, and it does nothing."""

import re

from shared_ecr.declaration.reader import Reading
from shared_ecr.documents.nodes import Node
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

__all__ = ["warn_of_unmatched_pattern", "warn_of_unmatched_prefix"]

# The first character of a tag is a letter, a digit or '_', and there are at most 128:
# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
_PREFIX = LazyPattern(r"\w[\w.-]{0,127}", re.ASCII)
_PATTERN = LazyPattern(r"[\w*][\w.*-]*", re.ASCII)
_WHY = "A tag has letters, digits, '_', '.' and '-', and does not begin with '.' or '-': the rule selects no image"


def warn_of_unmatched_pattern(reading: Reading, node: Node, path: str, pattern: str) -> None:
    """Note a pattern that has a character which no tag has, such as those of regular expressions."""
    if pattern and not _PATTERN.fullmatch(pattern):
        fault = InvalidValueError(
            f"no tag can match {quoted(pattern)}",
            why=_WHY,
            fix="Write a pattern such as 'v*'; '*' stands for any characters, and no other character is special",
            code="lifecycle-unmatched",
        )
        reading.warn(node, path, fault)


def warn_of_unmatched_prefix(reading: Reading, node: Node, path: str, prefix: str) -> None:
    """Note a prefix that has a character which no tag has, such as a `*` that was meant as a wildcard."""
    if not prefix or _PREFIX.fullmatch(prefix):
        return
    bare = prefix.rstrip("*")
    fault = InvalidValueError(
        f"no tag starts with {quoted(prefix)}",
        why="In tagPrefixList '*' is an ordinary character, and no tag has it: the rule selects no image"
        if "*" in prefix
        else _WHY,
        fix=f"Write {quoted(bare)}"
        if _PREFIX.fullmatch(bare)
        else f"Write tagPatternList: [{quoted(prefix)}]"
        if _PATTERN.fullmatch(prefix)
        else "Write the first characters of a tag, such as 'v'",
        code="lifecycle-unmatched",
    )
    reading.warn(node, path, fault)

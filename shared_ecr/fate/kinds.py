"""Of which kind a tag is: releases, builds of a branch, commits, told apart by how their tags begin."""

import re

_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_LETTERS = re.compile(r"[A-Za-z]+")
COMMIT, NUMBER = "commit ids", "numbers"


def kind_of(tag: str) -> str:
    """Return the kind of *tag*: `v*` for v1.2, `prod*` for prod-2026, or what stands for commits and numbers."""
    if _COMMIT.fullmatch(tag) and not tag.isalpha():
        return COMMIT if not tag.isdigit() else NUMBER
    letters = _LETTERS.match(tag)
    if letters is None:
        return NUMBER
    return tag if letters[0] == tag else f"{letters[0]}*"

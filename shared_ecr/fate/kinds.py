"""Of which kind a tag is: releases, builds of a branch, commits, and each environment that a tag points at.

Most tags count something, and their kind is how they begin: `v*`, `build*`. A tag of an environment is moved from
image to image and says what runs there, so every environment is a kind of its own: `deployed-to-production` and
`deployed-to-staging` begin alike, and losing the last image of one of them is an outage.
"""

from itertools import groupby

from shared_ecr.text.patterns import LazyPattern

_COMMIT = LazyPattern(r"[0-9a-f]{7,40}")
_LETTERS = LazyPattern(r"[A-Za-z]+")
# Between words: the separators that a tag may have, and the humps of deployedToProduction.
_BETWEEN = LazyPattern(r"[-_.]+|(?<=[a-z])(?=[A-Z])")
COMMIT, NUMBER = "commit ids", "numbers"
_ENVIRONMENTS = frozenset({
    "production", "prod", "prd", "preproduction", "preprod", "staging", "stage", "stg", "uat", "qa", "acceptance",
    "integration", "test", "testing", "tst", "development", "develop", "devel", "dev", "sandbox", "demo", "perf",
    "canary", "training", "dr",
})  # fmt: skip
# A tag with one of these words points at what runs, whatever the environment is called.
_POINTERS = frozenset({
    "deployed", "deploy", "deployment", "env", "environment", "live", "running", "current", "active", "stable",
    "latest", "released",
})  # fmt: skip


def kind_of(tag: str) -> str:
    """Return the kind of *tag*: `v*` for v1.2, `prod*` for prod-2026, `app-prod` for itself, or commits or numbers."""
    if _COMMIT.fullmatch(tag) and not tag.isalpha():
        return COMMIT if not tag.isdigit() else NUMBER
    words = [word for word in _BETWEEN.split(tag) if word]
    if len(words) > 1 and not {word.lower() for word in words}.isdisjoint(_ENVIRONMENTS | _POINTERS):
        return _pattern(words)
    letters = _LETTERS.match(tag)
    if letters is None:
        return NUMBER
    return tag if letters[0] == tag else f"{letters[0]}*"


def _pattern(words: list[str]) -> str:
    """Return *words* with a `*` for those that count: what has a digit is another one for each image."""
    parts: list[str] = []
    for is_counting, run in groupby(words, key=lambda word: any(each.isdigit() for each in word)):
        parts += ["*"] if is_counting else run
    # `prod-2026-11` is of the kind `prod*`: what follows may be separated by anything.
    last = parts.pop() if len(parts) > 1 and parts[-1] == "*" else ""
    return "-".join(parts) + last

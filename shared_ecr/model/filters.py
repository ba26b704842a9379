"""Which repositories the filters of a registry's settings select; each setting has its own grammar.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html (scanning),
https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html (signing),
https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-settings-examples.html (replication),
https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html (templates),
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private-wildcards.html (caches).
"""

from collections.abc import Iterable
from functools import lru_cache

WILDCARD = "*"
# The word for "every repository" in templates and caches.
ROOT = "ROOT"


def wildcard_matches(pattern: str, text: str) -> bool:
    """Whether *pattern* covers the whole of *text*; `*` stands for any characters or none, nothing else is special.

    Takes time in proportion to the product of the two lengths, however many `*` there are.
    """
    first, *others = pattern.split(WILDCARD)
    if not others:
        return pattern == text
    *middle, last = others
    if len(first) + len(last) > len(text) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


@lru_cache(maxsize=4096)
def text_of_both(one: str, other: str, any_character: str = "") -> str | None:
    """Return a text that both patterns cover, one of the shortest; None where there is none.

    *any_character* stands for exactly one, in grammars that have such a character.
    """
    texts: dict[tuple[int, int], str] = {(0, 0): ""}
    waiting = [(0, 0)]
    for at, against in waiting:
        text = texts[at, against]
        if (at, against) == (len(one), len(other)):
            return text
        a, b = one[at : at + 1], other[against : against + 1]
        # A star ends, or takes the next character of the other pattern; two characters meet where they are equal.
        steps = [(at + 1, against, "")] if a == WILDCARD else []
        steps += [(at, against + 1, "")] if b == WILDCARD else []
        if a == WILDCARD and b not in {"", WILDCARD}:
            steps.append((at, against + 1, b))
        elif b == WILDCARD and a not in {"", WILDCARD}:
            steps.append((at + 1, against, a))
        elif a and b and WILDCARD not in {a, b} and (a == b or any_character in {a, b}):
            steps.append((at + 1, against + 1, b if a == any_character else a))
        for next_at, next_against, letter in steps:
            if (next_at, next_against) not in texts:
                texts[next_at, next_against] = text + ("x" if letter and letter == any_character else letter)
                waiting.append((next_at, next_against))
    return None


def scanning_filter_matches(filter_: str, repository: str) -> bool:
    """Whether a scanning rule selects *repository*: a filter without `*` can be anywhere in the name."""
    return wildcard_matches(filter_, repository) if WILDCARD in filter_ else filter_ in repository


def signing_filter_matches(filter_: str, repository: str) -> bool:
    """Whether a signing rule selects *repository*: a filter covers the whole name, with or without `*`."""
    return wildcard_matches(filter_, repository)


def replication_filter_matches(filter_: str, repository: str) -> bool:
    """Whether a replication rule selects *repository*: a filter is a prefix of the name, and may end within a level."""
    return repository.startswith(filter_)


def prefix_covers(prefix: str, repository: str) -> bool:
    """Whether a template or a cache rule of *prefix* is for *repository*: whole levels, or `ROOT` for every one."""
    return prefix == ROOT or repository.startswith(_levels(prefix))


def chosen_template(prefixes: Iterable[str], repository: str) -> str | None:
    """Return the prefix of the creation template that *repository* gets: the most specific, `ROOT` the least."""
    covering = (prefix for prefix in prefixes if prefix_covers(prefix, repository))
    return max(covering, key=lambda prefix: -1 if prefix == ROOT else len(_levels(prefix)), default=None)


def upstream_repository(cache_prefix: str, upstream_prefix: str, repository: str) -> str | None:
    """Return what a cache rule pulls upstream for *repository*, or None where the rule is not for it."""
    if not prefix_covers(cache_prefix, repository):
        return None
    rest = repository if cache_prefix == ROOT else repository.removeprefix(_levels(cache_prefix))
    return rest if upstream_prefix == ROOT else f"{_levels(upstream_prefix)}{rest}"


def _levels(prefix: str) -> str:
    """Return *prefix* with the slash that ECR assumes at its end."""
    return f"{prefix.removesuffix('/')}/"

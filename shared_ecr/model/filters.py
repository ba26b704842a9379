"""Which repositories the filters of a registry's settings mean; each setting has a grammar of its own.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html (scanning),
https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html (signing),
https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-settings-examples.html (replication),
https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html (templates),
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private-wildcards.html (caches).
"""

from collections.abc import Iterable

WILDCARD = "*"
# What templates and caches call "every repository".
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


def scanning_filter_matches(filter_: str, repository: str) -> bool:
    """Whether a scanning rule means *repository*: a filter without `*` is looked for anywhere in the name."""
    return wildcard_matches(filter_, repository) if WILDCARD in filter_ else filter_ in repository


def signing_filter_matches(filter_: str, repository: str) -> bool:
    """Whether a signing rule means *repository*: a filter covers the whole name, with or without `*`."""
    return wildcard_matches(filter_, repository)


def replication_filter_matches(filter_: str, repository: str) -> bool:
    """Whether a replication rule means *repository*: a filter is the beginning of the name, whole level or not."""
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
    """Return *prefix* with the slash that ECR assumes behind it."""
    return f"{prefix.removesuffix('/')}/"

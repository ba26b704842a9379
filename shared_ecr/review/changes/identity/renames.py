"""A removed and a created repository that look like the same repository under a new name."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator

from shared_ecr.review.changes.identity.pairing import LocatedResource

_Key = Callable[[LocatedResource], Hashable]


def renamed(
    removed: Iterable[LocatedResource], new: Iterable[LocatedResource]
) -> Iterator[tuple[LocatedResource, LocatedResource]]:
    """Yield what was removed and what is created where one looks like the other under a new name.

    Either their names differ in nothing but case and separators, or each is the only one of its stack, and they are
    declared alike.
    """
    old, made = list(removed), list(new)
    for each, (other, *more) in _alike(old, made, _letters):
        if not more and each.name and other.name:
            yield each, other
    for each, (other, *more) in _alike(old, made, lambda held: held.stack.name):
        is_only_one = not more and sum(left.stack.name == each.stack.name for left in old) == 1
        if is_only_one and _letters(each) != _letters(other) and _declared(each) == _declared(other):
            yield each, other


def _alike(
    old: list[LocatedResource], new: list[LocatedResource], key: _Key
) -> Iterator[tuple[LocatedResource, list[LocatedResource]]]:
    """Yield what of *old* has its like among *new* in the same place, with all that are like it."""
    found: dict[Hashable, list[LocatedResource]] = defaultdict(list)
    for each in new:
        found[each.resource.home, key(each)].append(each)
    for each in old:
        if alike := found.get((each.resource.home, key(each))):
            yield each, alike


def _letters(each: LocatedResource) -> str:
    return "".join(letter for letter in (each.name or "").lower() if letter.isalnum())


def _declared(each: LocatedResource) -> object:
    properties = {key: value for key, value in each.resource.properties.items() if key != "RepositoryName"}
    return properties, each.resource.deletion_policy, each.resource.update_replace_policy

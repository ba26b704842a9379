"""Which rule of a lifecycle policy decides about an image of each kind that two policies can distinguish.

For each pair of rules there is an image that both identify and as few other rules as possible: one tag for each entry,
its wildcards filled with a letter of no entry. Whatever claims that image claims every image that both rules identify,
so that what is found for it holds for all of them.
"""

from collections.abc import Iterable, Iterator, Sequence

from shared_ecr.fate.matching import TagIndex, entries_of
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import (
    Action,
    AnyImage,
    LifecycleRule,
    Selection,
    StorageClass,
    TaggedWith,
    Untagged,
)
from shared_ecr.records import record
from shared_ecr.review.changes.patterns import example, fresh_letter

Tags = tuple[str, ...]
# What an image is besides its entries, as bits of the same number.
_UNTAGGED, _TAGGED = 1, 2
_FIRST_ENTRY = 2


@record
class ClaimedKind:
    """A kind of image, and the rules that decide about it in two policies."""

    tags: Tags
    before: LifecycleRule | None
    after: LifecycleRule | None


class Claims:
    """The kinds of images that two policies distinguish, and which rule claims each of them."""

    def __init__(self, before: LifecyclePolicy | None, after: LifecyclePolicy | None) -> None:
        self._before, self._after = (policy.rules if policy else () for policy in (before, after))
        selections = dict.fromkeys(rule.selection for rule in (*self._before, *self._after))
        wanted = {selection: patterns_of(selection) for selection in selections}
        self._letter = fresh_letter(entry for entries in wanted.values() for entry in entries)
        self._tags = {
            selection: tuple(sorted({example(entry, self._letter) for entry in entries}))
            for selection, entries in wanted.items()
        }
        self._met, bits = _matched(wanted.values(), self._letter)
        self._mask = {selection: _mask(selection, entries, bits) for selection, entries in wanted.items()}
        self._masked = {
            storage_class: tuple(self._of_class(rules, storage_class) for rules in (self._before, self._after))
            for storage_class in StorageClass
        }

    @property
    def archives_first(self) -> bool:
        """Whether the policy after archives images and the one before does not, so that its rules are about those."""
        return _archives(self._after) and not _archives(self._before)

    def kinds(self) -> Iterator[Tags]:
        """Give the tags of one image of each kind; nothing for one that is untagged."""
        yield from dict.fromkeys(self._kinds())

    def claimed(self, tags: Tags, storage_class: StorageClass) -> ClaimedKind:
        """Return who claims an image of *tags*, which are of those that `kinds` gives."""
        is_what = self._is_what(tags)
        before, after = (_claiming(each, is_what) for each in self._masked[storage_class])
        return ClaimedKind(tags, before, after)

    def includes(self, wider: Selection, narrower: Selection) -> bool:
        """Whether *wider* identifies every image that *narrower* identifies."""
        return all(not self._mask[wider] & ~self._is_what(tags) for tags in self._least(narrower))

    def _of_class(self, rules: Sequence[LifecycleRule], storage_class: StorageClass) -> list[tuple[int, LifecycleRule]]:
        return [(self._mask[rule.selection], rule) for rule in rules if rule.storage_class is storage_class]

    def _kinds(self) -> Iterator[Tags]:
        yield from ((), (self._letter,))
        olds, news = (dict.fromkeys(rule.selection for rule in rules) for rules in (self._before, self._after))
        for selection in olds | news:
            yield from self._least(selection)
        for old in olds:
            for new in news:
                if self._tags[old] and self._tags[new]:
                    yield tuple(sorted({*self._tags[old], *self._tags[new]}))

    def _least(self, selection: Selection) -> Iterator[Tags]:
        """Give the images that *selection* identifies and as few other selections as possible do."""
        if isinstance(selection, AnyImage | Untagged):
            yield ()
        if not isinstance(selection, Untagged):
            yield self._tags[selection] or (self._letter,)

    def _is_what(self, tags: Tags) -> int:
        met = _TAGGED if tags else _UNTAGGED
        for tag in tags:
            met |= self._met[tag]
        return met


def _archives(rules: Sequence[LifecycleRule]) -> bool:
    return any(rule.action is Action.ARCHIVE for rule in rules)


def _claiming(rules: Sequence[tuple[int, LifecycleRule]], is_what: int) -> LifecycleRule | None:
    for mask, rule in rules:
        if not mask & ~is_what:
            return rule
    return None


def patterns_of(selection: Selection) -> tuple[str, ...]:
    """Return the entries of *selection* as patterns: a prefix is one that ends in `*`."""
    entries = entries_of(selection)
    return tuple(f"{entry}*" for entry in entries) if isinstance(selection, TaggedWith) else entries


def _matched(entries: Iterable[tuple[str, ...]], letter: str) -> tuple[dict[str, int], dict[str, int]]:
    """Return which entries each tag matches, as bits, and the bit of each entry."""
    listed = sorted({entry for some in entries for entry in some})
    tags = [*dict.fromkeys(example(entry, letter) for entry in listed), letter]
    met = dict.fromkeys(tags, 0)
    bits = {entry: 1 << number for number, entry in enumerate(listed, _FIRST_ENTRY)}
    index = TagIndex((tag,) for tag in tags)
    for entry in listed:
        for number in index.like_all((entry,)):
            met[tags[number]] |= bits[entry]
    return met, bits


def _mask(selection: Selection, entries: Iterable[str], bits: dict[str, int]) -> int:
    if isinstance(selection, AnyImage):
        return 0
    if isinstance(selection, Untagged):
        return _UNTAGGED
    mask = _TAGGED
    for entry in entries:
        mask |= bits[entry]
    return mask

"""Read lifecycle presets: a name, or a mapping of the name and its parameters."""

from collections.abc import Callable

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.tag_filters import warn_of_unmatched_pattern
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.lifecycle.presets import (
    ArchiveColdImages,
    BranchImages,
    KeepReleases,
    NewestOfAll,
    Preset,
    PullRequestImages,
    UntaggedImages,
)
from shared_ecr.text import did_you_mean, listed, quoted

KEY = "preset"


def read_preset(reading: Reading, node: Node, path: str) -> Preset | None:
    """Read `NAME` or `{preset: NAME, …}`."""
    name_node = node.get(KEY) if isinstance(node, Mapping) else node
    assert name_node is not None  # noqa: S101 — only mappings with that key are read as presets
    name_path = join(path, KEY) if isinstance(node, Mapping) else path
    name = reading.text(name_node, name_path)
    if name is None:
        return None
    if name not in PARAMETERS:
        fault = InvalidValueError(
            f"no preset is called {quoted(name)}",
            fix=did_you_mean(name, PARAMETERS) or f"They are {listed(PARAMETERS)}",
            code="lifecycle-preset",
        )
        reading.note(name_node, name_path, fault)
        return None
    written = node if isinstance(node, Mapping) else Mapping(node.position, ())
    if reading.mapping(written, path, (KEY, *PARAMETERS[name])) is None:
        return None
    parameters = _Parameters(reading, written, path)
    preset = _MAKERS[name](parameters)
    return None if parameters.has_faults else preset


class _Parameters:
    """The parameters of one preset, as they are asked for."""

    def __init__(self, reading: Reading, node: Mapping, path: str) -> None:
        self._reading, self._node, self._path = reading, node, path
        self.has_faults = False

    def number(self, key: str, default: int, of: str) -> int:
        """Return a whole number from 1, or *default* where it is not written."""
        node, path = self._node.get(key), join(self._path, key)
        if node is None:
            return default
        number = self._reading.whole_number(node, path, of)
        if number is not None and number < 1:
            fault = InvalidValueError(f"the count is {number}; at least 1 is allowed", code="lifecycle-count")
            self._reading.note(node, path, fault)
        self.has_faults |= number is None or number < 1
        return number or default

    def optional_number(self, key: str, of: str) -> int | None:
        """Return a whole number from 1, or None where it is not written."""
        return self.number(key, 1, of) if self._node.get(key) is not None else None

    def tags(self, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return tag patterns, each of which gets a rule of its own."""
        node, path = self._node.get("tags"), join(self._path, "tags")
        if node is None:
            return default
        listed_tags = self._reading.items(node, path) if isinstance(node, Sequence) else ((node, path),)
        tags = tuple(self._tag(item, item_path) for item, item_path in listed_tags)
        known = tuple(tag for tag in tags if tag)
        if None in tags or (isinstance(node, Scalar | Sequence) and not known) or len(known) != len(tags):
            self.has_faults = True
            if None not in tags:
                fix = "Write a pattern such as 'v*', or leave the key out"
                fault = InvalidValueError(
                    "the list of tags is empty or has an empty tag", fix=fix, code="lifecycle-tags"
                )
                self._reading.note(node, path, fault)
        return known or default

    def _tag(self, node: Node, path: str) -> str | None:
        text = self._reading.text(node, path)
        if text:
            warn_of_unmatched_pattern(self._reading, node, path, text)
        return text

    def required_tags(self) -> tuple[str, ...]:
        """Return tag patterns that no one can guess."""
        if self._node.get("tags") is None:
            self.has_faults = True
            fix = "Write the patterns of the branches: 'tags: [main-*]'"
            fault = InvalidValueError("the key 'tags' is missing", fix=fix, code="missing-key")
            self._reading.note(self._node, self._path, fault)
        return self.tags(())


_MAKERS: dict[str, Callable[[_Parameters], Preset]] = {
    "keep-releases": lambda given: KeepReleases(
        given.tags(KeepReleases().tags), given.number("newest", KeepReleases().newest, "images")
    ),
    "pull-request-images": lambda given: PullRequestImages(
        given.tags(PullRequestImages().tags), given.number("days", PullRequestImages().days, "days")
    ),
    "branch-images": lambda given: BranchImages(
        given.required_tags(), given.number("newest", BranchImages(()).newest, "images")
    ),
    "untagged": lambda given: UntaggedImages(given.number("days", UntaggedImages().days, "days")),
    "archive-cold-images": lambda given: ArchiveColdImages(
        given.number("days", ArchiveColdImages().days, "days"),
        given.tags(()),
        given.optional_number("expire_after_days", "days"),
    ),
    "newest": lambda given: NewestOfAll(given.number("keep", NewestOfAll().keep, "images")),
}
PARAMETERS: dict[str, tuple[str, ...]] = {
    "keep-releases": ("tags", "newest"),
    "pull-request-images": ("tags", "days"),
    "branch-images": ("tags", "newest"),
    "untagged": ("days",),
    "archive-cold-images": ("tags", "days", "expire_after_days"),
    "newest": ("keep",),
}

"""An index, cut down to the platforms that are wanted, and with it the indexes that it names.

The entries of images stay as they are written; an index around them is a new document, with a digest of its own.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence

from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.client.sources.manifests import (
    INDEX_TYPES,
    MAX_DEPTH,
    Descriptor,
    descriptors,
    digest_of,
    json_object,
)
from shared_ecr.findings.errors import InvalidValueError, RefusedError
from shared_ecr.model.names import Digest
from shared_ecr.model.names.platforms import Platform
from shared_ecr.records import record
from shared_ecr.text import listed, visible

# What BuildKit writes to an attestation: the image that it is about.
# https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md
_ABOUT = "vnd.docker.reference.digest"


@record
class IndexEntry:
    """One manifest that an index names."""

    descriptor: Descriptor
    platform: Platform | None
    """None where none is said, as of attestations."""
    about: Digest | None
    """The image that an attestation is about."""
    document: Mapping[str, object]
    """As it is in the index."""


def index_entries(content: bytes, place: str) -> tuple[IndexEntry, ...]:
    """Read the entries of the index *content*, which `parse_manifest` has accepted."""
    document = json_object(content, place)
    written = document["manifests"]
    assert isinstance(written, list)  # noqa: S101 — `descriptors` refuses anything else
    return tuple(
        IndexEntry(descriptor, _platform(entry), _about(entry), entry)
        for descriptor, entry in zip(descriptors(document, "manifests", place), written, strict=True)
    )


@record
class NarrowedIndex:
    """An index that names the wanted platforms alone."""

    content: bytes
    nested: Mapping[Digest, bytes]
    """The indexes below it that were read, and those that were made, by their digests."""


def narrowed(
    content: bytes, place: str, wanted: Sequence[Platform], read: Callable[[Descriptor], bytes]
) -> NarrowedIndex | Descriptor:
    """Return the index of the *wanted* platforms, or the one image where only one is left.

    An entry that is an index itself is read by *read* and cut down too. Attestations stay with the image that they
    are about; an index that has nothing else is returned as it is.

    Raises:
        RefusedError: no index has an image for one of the platforms.
        InvalidImageError: indexes are nested deeper than in any image.
    """
    cut = _Cut(place, wanted, read)
    images = cut.images(content, depth=1)
    offered = [platform for platform, _ in images]
    for platform in wanted:
        if not any(platform.covers(each) for each in offered):
            raise no_such_platform(place, platform, offered)
    kept = {found.digest: found for platform, found in images if cut.is_wanted(platform)}
    only = next(iter(kept.values()))
    if len(kept) == 1 and only.media_type not in INDEX_TYPES:
        return only
    left = cut.index(content, kept.keys())
    return NarrowedIndex(left, cut.nested)


class _Cut:
    """The wanted platforms of one index, and the indexes below it."""

    def __init__(self, place: str, wanted: Sequence[Platform], read: Callable[[Descriptor], bytes]) -> None:
        self._place, self._wanted, self._read = place, wanted, read
        self.nested: dict[Digest, bytes] = {}

    def is_wanted(self, platform: Platform | None) -> bool:
        return platform is not None and any(wanted.covers(platform) for wanted in self._wanted)

    def images(self, content: bytes, depth: int) -> list[tuple[Platform, Descriptor]]:
        """List the images that have a platform, those of nested indexes among them."""
        if depth > MAX_DEPTH:
            raise InvalidImageError.in_file(self._place, f"an image has at most {MAX_DEPTH} nested indexes")
        found: list[tuple[Platform, Descriptor]] = []
        for entry in index_entries(content, self._place):
            if self._is_nested(entry):
                found += self.images(self._nested(entry.descriptor), depth + 1)
            elif entry.platform is not None:
                found.append((entry.platform, entry.descriptor))
        return found

    def index(self, content: bytes, kept: Collection[Digest]) -> bytes:
        """Return the index with the *kept* images and what is about them; *content* itself where that is all."""
        entries = index_entries(content, self._place)
        staying = [document for entry in entries if (document := self._entry(entry, kept)) is not None]
        if staying == [entry.document for entry in entries]:
            return content
        document = {**json_object(content, self._place), "manifests": staying}
        return json.dumps(document, separators=(",", ":")).encode()

    def _entry(self, entry: IndexEntry, kept: Collection[Digest]) -> Mapping[str, object] | None:
        """Return what the index says of *entry* now; None where nothing of it is kept."""
        if not self._is_nested(entry):
            return entry.document if entry.descriptor.digest in kept or entry.about in kept else None
        before = self._nested(entry.descriptor)
        content = self.index(before, kept)
        if content == before:
            return entry.document
        if not index_entries(content, self._place):
            return None
        digest = digest_of(content)
        self.nested[digest] = content
        return {**entry.document, "digest": str(digest), "size": len(content)}

    def _is_nested(self, entry: IndexEntry) -> bool:
        """Whether to look into *entry*; an index that has a wanted platform itself is taken as a whole."""
        return entry.descriptor.media_type in INDEX_TYPES and not self.is_wanted(entry.platform)

    def _nested(self, descriptor: Descriptor) -> bytes:
        if descriptor.digest not in self.nested:
            self.nested[descriptor.digest] = self._read(descriptor)
        return self.nested[descriptor.digest]


def no_such_platform(place: str, wanted: Platform, offered: Sequence[Platform]) -> RefusedError:
    """Say which platforms there are in place of *wanted*."""
    has = (
        f"it is for {listed(sorted({visible(str(each)) for each in offered}))}"
        if offered
        else "it does not say for which it is"
    )
    return RefusedError(f"{place} has no image for {wanted}; {has}")


def _platform(entry: Mapping[str, object]) -> Platform | None:
    written = entry.get("platform")
    return platform_in(written) if isinstance(written, dict) else None


def platform_in(document: Mapping[str, object]) -> Platform | None:
    """Return the platform that a descriptor's `platform` or a configuration names; None for `unknown`."""
    system, architecture, variant = (document.get(key) for key in ("os", "architecture", "variant"))
    if not isinstance(system, str) or not isinstance(architecture, str) or "unknown" in {system, architecture}:
        return None
    return Platform.of(system, architecture, variant if isinstance(variant, str) else "")


def _about(entry: Mapping[str, object]) -> Digest | None:
    annotations = entry.get("annotations")
    written = annotations.get(_ABOUT) if isinstance(annotations, dict) else None
    try:
        return Digest.parse(written) if isinstance(written, str) else None
    except InvalidValueError:
        return None

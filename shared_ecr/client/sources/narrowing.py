"""An index, cut down to the platforms that are wanted.

Its entries stay as they are written; the index around them is a new document, with a digest of its own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared_ecr.client.sources.manifests import Descriptor, descriptors, json_object
from shared_ecr.errors import InvalidValueError, RefusedError
from shared_ecr.names import Digest
from shared_ecr.names.platforms import Platform
from shared_ecr.text import listed, visible

# What BuildKit writes to an attestation: the image that it is about.
# https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md
_ABOUT = "vnd.docker.reference.digest"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One manifest that an index names."""

    descriptor: Descriptor
    platform: Platform | None
    """None where none is said, as of attestations."""
    about: Digest | None
    """The image that an attestation is about."""
    document: Mapping[str, object]
    """As it stands in the index."""


def index_entries(content: bytes, place: str) -> tuple[IndexEntry, ...]:
    """Read the entries of the index *content*, which `parse_manifest` has accepted."""
    document = json_object(content, place)
    written = document["manifests"]
    assert isinstance(written, list)  # noqa: S101 — `descriptors` refuses anything else
    return tuple(
        IndexEntry(descriptor, _platform(entry), _about(entry), entry)
        for descriptor, entry in zip(descriptors(document, "manifests", place), written, strict=True)
    )


def narrowed(content: bytes, place: str, wanted: Sequence[Platform]) -> bytes | Digest:
    """Return the index of the *wanted* platforms, or the digest of the one image where only one is left.

    Attestations stay with the image that they are about; an index that has nothing else is returned as it is.

    Raises:
        RefusedError: the index has no image for one of the platforms.
    """
    entries = index_entries(content, place)
    offered = [entry.platform for entry in entries if entry.platform]
    for platform in wanted:
        if not any(platform.covers(each) for each in offered):
            raise no_such_platform(place, platform, offered)
    kept = {
        entry.descriptor.digest for entry in entries if entry.platform and any(p.covers(entry.platform) for p in wanted)
    }
    if len(kept) == 1:
        return next(iter(kept))
    staying = [entry for entry in entries if entry.descriptor.digest in kept or entry.about in kept]
    if len(staying) == len(entries):
        return content
    document = {**json_object(content, place), "manifests": [entry.document for entry in staying]}
    return json.dumps(document, separators=(",", ":")).encode()


def no_such_platform(place: str, wanted: Platform, offered: Sequence[Platform]) -> RefusedError:
    """Tell what there is in place of *wanted*."""
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

"""The index.json of an OCI layout that images of several repositories are added to: each entry keeps its own name.

`org.opencontainers.image.ref.name` is the tag, which is what other tools look for. Two repositories can have the same
tag, so `io.containerd.image.name` has the whole reference, as BuildKit writes it; and where another image of the layout
has the tag already, the whole reference is the name in both places.
https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys
"""

from collections.abc import Sequence

from shared_ecr.client.sources.interface import Manifest
from shared_ecr.client.sources.manifests import IMAGE_NAME, REF_NAME
from shared_ecr.model.names import Digest, ImageReference
from shared_ecr.records import record


@record
class ImageListing:
    """The entries of an index.json with one image added."""

    entries: tuple[object, ...]
    name: str = ""
    """The name by which the image is found in the layout; empty for one that was asked for by its digest."""
    replaced: str = ""
    """The digest of the image that the same reference named before; empty where it is new or the same."""


def with_image(entries: Sequence[object], manifest: Manifest, reference: ImageReference) -> ImageListing:
    """Add *manifest*, which *reference* names, to *entries*; no image of another reference is removed."""
    entry: dict[str, object] = {
        "mediaType": manifest.media_type, "digest": str(manifest.digest), "size": manifest.size
    }  # fmt: skip
    if isinstance(reference.name, Digest):
        # Listed already, perhaps under a name; a second entry would say nothing more.
        is_listed = any(_digest(other) == entry["digest"] for other in entries)
        return ImageListing((*entries,) if is_listed else (*entries, entry))
    whole, short = str(reference), str(reference.name)
    before = [other for other in entries if _annotation(other, IMAGE_NAME) == whole]
    others = [other for other in entries if other not in before and not _is_unnamed(other, entry)]
    is_taken = any(_annotation(other, REF_NAME) == short for other in others)
    # A name that was given once stays, as someone may use it.
    name = next((kept for other in before if (kept := _annotation(other, REF_NAME))), whole if is_taken else short)
    replaced = next((digest for other in before if (digest := _digest(other)) != entry["digest"]), "")
    entry["annotations"] = {REF_NAME: name, IMAGE_NAME: whole}
    return ImageListing((*others, entry), name, replaced)


def _is_unnamed(other: object, entry: dict[str, object]) -> bool:
    """Whether *other* is the same image without a name, which says nothing more than *entry*."""
    has_name = _annotation(other, REF_NAME) or _annotation(other, IMAGE_NAME)
    return _digest(other) == entry["digest"] and not has_name


def _digest(entry: object) -> str:
    digest = entry.get("digest") if isinstance(entry, dict) else None
    return digest if isinstance(digest, str) else ""


def _annotation(entry: object, key: str) -> str:
    annotations = entry.get("annotations") if isinstance(entry, dict) else None
    value = annotations.get(key) if isinstance(annotations, dict) else None
    return value if isinstance(value, str) else ""

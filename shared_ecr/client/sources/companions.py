"""What an OCI layout holds about an image: signatures, SBOMs and attestations, by their subject or by their tag.

A manifest says by `subject` what it is about; cosign says it by a tag, `sha256-DIGEST.sig`; and a list of referrers
has the tag `sha256-DIGEST` where a registry keeps none.
https://github.com/opencontainers/image-spec/blob/main/manifest.md#image-manifest-property-descriptions,
https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema,
https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#discovery
"""

from collections.abc import Collection, Sequence

from shared_ecr.client.sources.files import ImageFiles
from shared_ecr.client.sources.interface import Companions, InvalidImageError, Referrer
from shared_ecr.client.sources.manifests import INDEX_TYPES, MAX_MANIFESTS, Descriptor
from shared_ecr.client.sources.oci_layout import LayoutTree, read_manifest
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import Digest, Tag
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

_TAG = LazyPattern(r"(?:.*:)?(?P<tag>sha256-(?P<hex>[0-9a-f]{64})(?P<kind>\.sig|\.att|\.sbom)?)")


@record
class CompanionTag:
    """A tag that says what the manifest under it is about."""

    tag: Tag
    about: Digest
    is_list: bool
    """Whether it is the list of referrers rather than one of cosign's."""

    @classmethod
    def in_names(cls, names: Sequence[str]) -> "CompanionTag | None":
        """Find such a tag among the *names* of an entry; a name may be a whole reference."""
        for name in names:
            if match := _TAG.fullmatch(name):
                return cls(Tag(match["tag"]), Digest(f"sha256:{match['hex']}"), not match["kind"])
        return None


@record
class _Candidate:
    descriptor: Descriptor
    about: Digest
    tag: Tag | None = None


def without_companions(files: ImageFiles, listed: Sequence[Descriptor]) -> tuple[Descriptor, ...]:
    """Leave out what is about another image, so that an image with its signatures is not a choice between several."""
    return tuple(
        entry for entry in listed if CompanionTag.in_names(entry.names) is None and _subject(files, entry) is None
    )


def find_companions(files: ImageFiles, listed: Sequence[Descriptor], image: Collection[Digest]) -> Companions:
    """Find what is about the manifests *image* among what index.json lists, and what is about that in turn."""
    faults: list[str] = []
    waiting = _candidates(files, listed, image, faults)
    found: list[Referrer] = []
    known = set(image)
    while due := [candidate for candidate in waiting if candidate.about in known]:
        waiting = [candidate for candidate in waiting if candidate.about not in known]
        for candidate in due:
            try:
                tree = LayoutTree(files, candidate.descriptor)
            except (InvalidImageError, UnavailableError) as error:
                faults.append(str(error))
                continue
            manifests = tuple(tree.manifests.values())
            found.append(Referrer(candidate.about, manifests, tuple(tree.blobs.values()), candidate.tag))
            known |= tree.manifests.keys()
    return Companions(tuple(found), tuple(faults))


def _candidates(
    files: ImageFiles, listed: Sequence[Descriptor], image: Collection[Digest], faults: list[str]
) -> list[_Candidate]:
    """Read of every other entry what it is about; the same manifest may be listed twice, and counts once."""
    found: dict[tuple[Digest, Tag | None], _Candidate] = {}

    def add(entry: Descriptor, about: Digest | None, tag: Tag | None = None) -> None:
        if about is not None and entry.digest not in image and len(found) < MAX_MANIFESTS:
            found.setdefault((entry.digest, tag), _Candidate(entry, about, tag))

    for entry in listed:
        companion = CompanionTag.in_names(entry.names)
        try:
            if companion is None:
                add(entry, _subject(files, entry))
            elif not companion.is_list:
                add(entry, companion.about, companion.tag)
            elif companion.about in image and entry.media_type in INDEX_TYPES:
                for child in read_manifest(files, entry)[1].children:
                    add(child, read_manifest(files, child)[1].subject)
        except (InvalidImageError, UnavailableError) as error:
            faults.append(str(error))
    return list(found.values())


def _subject(files: ImageFiles, entry: Descriptor) -> Digest | None:
    """Read what *entry* is about; None for an image, and for what cannot be read: others report that better."""
    try:
        return read_manifest(files, entry)[1].subject
    except (InvalidImageError, UnavailableError):
        return None

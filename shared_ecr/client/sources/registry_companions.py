"""What another repository holds about an image: signatures, SBOMs and attestations.

The registry lists them by what they are about; where it keeps no such list, one is under the tag `sha256-DIGEST`;
and cosign's older ones have tags that end in `.sig`, `.att` and `.sbom`.
https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers and #referrers-tag-schema,
https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#discovery
"""

import threading
from collections.abc import Iterable
from functools import partial

from shared_ecr.client.distribution.pages import pages
from shared_ecr.client.distribution.repository import OK, RemoteRepository
from shared_ecr.client.http.environment import THREADS
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.sources.interface import Companions, InvalidImageError, Manifest, Referrer
from shared_ecr.client.sources.manifests import (
    INDEX_TYPES,
    MAX_MANIFESTS,
    OCI_INDEX,
    Descriptor,
    descriptors,
    json_object,
)
from shared_ecr.client.sources.registry_trees import RemoteTree, fetch_manifest, place_of
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import Digest, Tag
from shared_ecr.records import record

COSIGN_ENDINGS = (".sig", ".att", ".sbom")
_FAULTS = (InvalidImageError, RefusedError, UnavailableError)


@record
class Mention:
    """A manifest that is about another one, not yet read."""

    about: Digest
    digest: Digest
    tag: Tag | None = None
    """The tag that says so; None where the registry lists it."""
    artifact_type: str = ""
    """What it is, as the list says; empty where that says nothing."""
    size: int | None = None


def find_companions(remote: RemoteRepository, image: Iterable[Manifest]) -> Companions:
    """Find what is about the manifests *image*, and what is about that in turn; faults are shown and do not raise."""
    search = _Search(remote)
    due = [manifest.digest for manifest in image]
    known = set(due)
    while due:
        referrers = search.read(search.mentions(due), known)
        due = [manifest.digest for referrer in referrers for manifest in referrer.manifests]
        due = [digest for digest in due if digest not in known]
        known.update(due)
    return Companions(tuple(search.found), tuple(search.faults))


def mentions_of(remote: RemoteRepository, about: Digest) -> list[Mention]:
    """Ask which manifests are about *about*: one request where the registry lists them, and three for cosign's tags.

    Raises:
        InvalidImageError, RefusedError, UnavailableError: the answer is invalid, or there is none.
    """
    listed = _listed(remote, about)
    if listed is None:
        listed = _listed_under_tag(remote, about)
    for ending in COSIGN_ENDINGS:
        tag = Tag(f"sha256-{about.hex}{ending}")
        held = remote.held(tag)
        if isinstance(held, Digest):
            listed.append(Mention(about, held, tag))
    return listed


class _Search:
    """What was found so far; several threads ask, one at a time takes note."""

    def __init__(self, remote: RemoteRepository) -> None:
        self._remote = remote
        self._lock = threading.Lock()
        self.found: list[Referrer] = []
        self.faults: list[str] = []

    def mentions(self, about: list[Digest]) -> list[Mention]:
        """Ask for each of *about*, in their order."""
        answers: dict[Digest, list[Mention]] = {}

        def ask(digest: Digest) -> None:
            try:
                answers[digest] = mentions_of(self._remote, digest)
            except _FAULTS as error:
                self._fault(f"what is about {digest} cannot be read: {error}")

        WorkerPool(THREADS).run([partial(ask, digest) for digest in about])
        return [mention for digest in about for mention in answers.get(digest, ())]

    def read(self, mentions: list[Mention], known: set[Digest]) -> list[Referrer]:
        """Read each manifest with what is below it, in their order."""
        trees: dict[int, RemoteTree] = {}

        def read(number: int, mention: Mention) -> None:
            try:
                tree = RemoteTree(self._remote, fetch_manifest(self._remote, mention.digest))
            except _FAULTS as error:
                self._fault(str(error))
                return
            if mention.tag is None and tree.root.subject != mention.about:
                place = place_of(self._remote, mention.digest)
                self._fault(f"{place} is listed as about {mention.about}, and does not say so itself")
                return
            trees[number] = tree

        fresh = [each for each in mentions if each.digest not in known][: MAX_MANIFESTS - len(self.found)]
        WorkerPool(THREADS).run([partial(read, number, mention) for number, mention in enumerate(fresh)])
        made = [
            Referrer(mention.about, tuple(tree.manifests.values()), tuple(tree.blobs.values()), mention.tag)
            for number, mention in enumerate(fresh)
            if (tree := trees.get(number)) is not None
        ]
        self.found += made
        return made

    def _fault(self, line: str) -> None:
        with self._lock:
            self.faults.append(line)


def _listed(remote: RemoteRepository, about: Digest) -> list[Mention] | None:
    """Read the registry's own list of referrers; None where it keeps none."""
    found: list[Mention] = []
    for answer in pages(remote, f"referrers/{about}", "the list of referrers", {"Accept": OCI_INDEX}):
        content_type = (answer.header("Content-Type") or "").partition(";")[0].strip()
        # Registries that do not know the address answer with 400, 404, 405 and pages of their own.
        if answer.status != OK or content_type != OCI_INDEX:
            return None
        found += _in_index(answer.body, about, f"{place_of(remote, about)}: the list of referrers")
    return found


def _listed_under_tag(remote: RemoteRepository, about: Digest) -> list[Mention]:
    tag = Tag(f"sha256-{about.hex}")
    if not isinstance(remote.held(tag), Digest):
        return []
    content, parsed = fetch_manifest(remote, tag)
    return _in_index(content, about, place_of(remote, tag)) if parsed.media_type in INDEX_TYPES else []


def _in_index(content: bytes, about: Digest, place: str) -> list[Mention]:
    document = json_object(content, place)
    listed = descriptors(document, "manifests", place)
    written = document["manifests"]
    assert isinstance(written, list)  # noqa: S101 — `descriptors` refuses anything else
    return [_mention(about, entry, raw) for entry, raw in zip(listed, written, strict=True)]


def _mention(about: Digest, entry: Descriptor, written: dict[str, object]) -> Mention:
    kind = written.get("artifactType")
    return Mention(about, entry.digest, None, kind if isinstance(kind, str) else "", entry.size)

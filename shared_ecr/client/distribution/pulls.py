"""One image out of a registry into an OCI layout, with all its platforms; every byte verified."""

import hashlib
import threading
from functools import partial
from pathlib import Path

from shared_ecr.client.credentials.interface import CredentialSource
from shared_ecr.client.distribution.layouts import LayoutFolder
from shared_ecr.client.distribution.refusals import NOT_FOUND, Refusal
from shared_ecr.client.distribution.repository import OK, RemoteRepository
from shared_ecr.client.http.connections import THREADS, Surroundings, connected
from shared_ecr.client.http.retries import Pace, TransientError
from shared_ecr.client.http.workers import Crew, StoppedError
from shared_ecr.client.pushers.events import BlobBegan, BlobEnded, BlobMoved, Event, Planned, Progress
from shared_ecr.client.sources.interface import InvalidImageError, Manifest
from shared_ecr.client.sources.manifests import (
    MANIFEST_TYPES,
    MAX_DEPTH,
    MAX_MANIFESTS,
    Descriptor,
    digest_of,
    parse_manifest,
)
from shared_ecr.errors import RefusedError
from shared_ecr.names import Digest, ImageReference, Tag


def pull(
    reference: ImageReference,
    destination: Path,
    credentials: CredentialSource,
    progress: Progress,
    surroundings: Surroundings | None = None,
) -> Digest:
    """Fetch the image into the OCI layout folder *destination*, which is made, or added to, and return its digest.

    A folder that is no layout and not empty is refused. Until the last byte is verified index.json does not name
    the image; what was fetched by then is not fetched again by the next pull.

    Raises:
        InvalidImageError: what the registry holds is no image, or its bytes are not what their digests say.
        RefusedError: there is no such image, or the caller may not read it.
        UnavailableError: the registry cannot be reached, or the folder cannot be written.
    """
    crew = Crew(THREADS)
    with connected(reference.host, credentials, surroundings or Surroundings.of_this_process(), crew.stop) as exchange:
        # Nothing is put, so the pace is never asked.
        remote = RemoteRepository(exchange, reference.repository, Pace(1, exchange.patience))
        return _Pull(remote, LayoutFolder(destination), progress, crew).run(reference.name)


class _Pull:
    """One image on its way."""

    def __init__(self, remote: RemoteRepository, layout: LayoutFolder, progress: Progress, crew: Crew) -> None:
        self._remote, self._layout, self._progress, self._crew = remote, layout, progress, crew
        self._place = f"{remote.exchange.registry}/{remote.name}"
        self._lock = threading.Lock()
        self._manifests: dict[Digest, Manifest] = {}
        self._blobs: dict[Digest, Descriptor] = {}

    def run(self, name: Tag | Digest) -> Digest:
        root = self._fetch(name, "", depth=1)
        blobs = sorted(self._blobs.values(), key=lambda blob: -blob.size)
        self._tell(Planned(self._place, len(blobs), sum(blob.size for blob in blobs), 0))
        self._crew.run([partial(self._fetch_blob, blob) for blob in blobs])
        for manifest in self._manifests.values():
            self._layout.add_manifest(manifest)
        self._layout.name_image(root, name)
        return root.digest

    def _fetch(self, name: Tag | Digest, announced: str, depth: int) -> Manifest:
        if isinstance(name, Digest) and name in self._manifests:
            return self._manifests[name]
        place = f"{self._remote.exchange.registry}/{self._remote.name} {name}"
        if depth > MAX_DEPTH or len(self._manifests) >= MAX_MANIFESTS:
            raise InvalidImageError.in_file(
                place, f"over {MAX_DEPTH} indexes within each other or {MAX_MANIFESTS} manifests are no image"
            )
        content, media_type = self._remote.manifest(name)
        digest = digest_of(content)
        if isinstance(name, Digest) and digest != name:
            raise InvalidImageError.in_file(place, f"the registry sent {digest} in its place")
        # Some registries answer with a type of their own; then the manifest says what it is.
        announced = announced or (media_type if media_type in MANIFEST_TYPES else "")
        parsed = parse_manifest(content, place, announced)
        for child in parsed.children:
            self._fetch(child.digest, child.media_type, depth + 1)
        fetched = [blob for blob in parsed.blobs if not blob.is_elsewhere]
        self._blobs.update((blob.digest, blob) for blob in fetched)
        manifest = parsed.as_manifest(content, tuple(blob.digest for blob in fetched))
        self._manifests[digest] = manifest
        return manifest

    def _fetch_blob(self, blob: Descriptor) -> None:
        if self._layout.has(blob.digest, blob.size):
            self._ended(blob, "present")
            return
        attempts = self._remote.exchange.attempts()
        while True:
            try:
                self._download(blob)
            except TransientError as error:
                attempts.failed(error)
            else:
                break
        self._ended(blob, "downloaded")

    def _download(self, blob: Descriptor) -> None:
        exchange = self._remote.exchange
        with exchange.open("GET", f"{self._remote.url}/blobs/{blob.digest}") as answer:
            if answer.status != OK:
                refusal = Refusal.read(answer, exchange)
                said = "there is none" if refusal.status == NOT_FOUND else refusal.said
                raise RefusedError(f"{exchange.registry} refused to read {blob.digest}: {said}")
            with self._layout.blob_file(blob.digest) as file:
                seen, size = hashlib.sha256(), 0
                self._tell(BlobBegan(self._place, blob.digest, blob.size))
                for chunk in answer.chunks():
                    size += len(chunk)
                    if size > blob.size or self._crew.stop.is_set():
                        break
                    seen.update(chunk)
                    file.write(chunk)
                    self._tell(BlobMoved(self._place, blob.digest, len(chunk)))
                if self._crew.stop.is_set():
                    raise StoppedError
                if size != blob.size or seen.hexdigest() != blob.digest.hex:
                    place = f"{exchange.registry}/{self._remote.name} {blob.digest}"
                    raise InvalidImageError.in_file(place, "the registry sent other bytes than the digest names")

    def _ended(self, blob: Descriptor, outcome: str) -> None:
        self._tell(BlobEnded(self._place, blob.digest, blob.size, outcome))

    def _tell(self, event: Event) -> None:
        with self._lock:
            self._progress.happened(event)

"""One image out of a registry into an OCI layout, with all its platforms; every byte verified."""

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from shared_ecr.client.credentials.interface import CredentialSource, for_repository
from shared_ecr.client.distribution.layout_index import ImageListing
from shared_ecr.client.distribution.layouts import LayoutFolder
from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.distribution.unpulled_referrers import unpulled_referrers
from shared_ecr.client.http.environment import THREADS, HttpEnvironment, connected
from shared_ecr.client.http.workers import StoppedError, WorkerPool
from shared_ecr.client.pushers.events import BlobBegan, BlobEnded, BlobMoved, Event, Message, Planned, Progress
from shared_ecr.client.sources.interface import Blob
from shared_ecr.client.sources.registry import RegistryImage
from shared_ecr.client.sources.verifying import verified
from shared_ecr.model.names import Digest, ImageReference
from shared_ecr.model.names.platforms import Platform


def pull(  # noqa: PLR0913 — what a session has, and which image of it
    reference: ImageReference,
    destination: Path,
    credentials: CredentialSource,
    progress: Progress,
    environment: HttpEnvironment | None = None,
    *,
    platforms: Sequence[Platform] = (),
    check: Callable[[Digest], None] = lambda _: None,
) -> Digest:
    """Fetch the image into the OCI layout folder *destination*, which is made, or added to, and return its digest.

    With *platforms*, an index is cut down to those, which gives it another digest. *check* gets the digest that the
    reference names, before anything is written, and raises where the image is not wanted.

    A folder that is not a layout and not empty is refused. Until the last byte is verified index.json does not name
    the image; what was fetched by then is not fetched again by the next pull. A layer that breaks off continues where
    it stopped.

    Raises:
        InvalidImageError: what the registry holds is not an image, or its bytes are not what their digests say.
        RefusedError: there is no such image, or the caller may not read it.
        UnavailableError: the registry cannot be reached, or the folder cannot be written.
    """
    workers, layout = WorkerPool(THREADS), LayoutFolder(destination)
    with connected(
        reference.host,
        for_repository(credentials, reference.repository),
        environment or HttpEnvironment.of_this_process(),
        workers.stop,
    ) as exchange:
        pull_of_one = _Pull(RemoteRepository(exchange, reference.repository), layout, progress, workers)
        return pull_of_one.run(reference, platforms, check)


class _Pull:
    """The pull of one image."""

    def __init__(self, remote: RemoteRepository, layout: LayoutFolder, progress: Progress, workers: WorkerPool) -> None:
        self._remote, self._layout, self._progress, self._workers = remote, layout, progress, workers
        self._place = f"{remote.exchange.registry}/{remote.name}"
        self._lock = threading.Lock()
        self._not_pulled = ""

    def run(self, reference: ImageReference, platforms: Sequence[Platform], check: Callable[[Digest], None]) -> Digest:
        image = RegistryImage(self._remote, reference.name, platforms)
        check(image.found)
        # Not before there is something to put into it.
        self._layout.make()
        try:
            self._write(image)
        except BaseException:
            self._layout.abandon()
            raise
        listing = self._layout.name_image(image.root, reference)
        for line in filter(None, (*image.notes, self._not_pulled, *_notes(listing, reference, self._layout.path))):
            self._report(Message(self._place, line))
        return image.root.digest

    def _write(self, image: RegistryImage) -> None:
        blobs = sorted(image.blobs, key=lambda blob: -blob.size)
        self._report(Planned(self._place, len(blobs), sum(blob.size for blob in blobs), 0))
        jobs: list[Callable[[], None]] = [partial(self._fetch, blob) for blob in blobs]
        if not self._layout.has(image.root.digest, image.root.size):
            # The note about them was shown when the image was pulled first.
            jobs.insert(0, partial(self._look_for_referrers, image.found))
        self._workers.run(jobs)
        for manifest in image.manifests:
            self._layout.add_manifest(manifest)

    def _look_for_referrers(self, digest: Digest) -> None:
        self._not_pulled = unpulled_referrers(self._remote, digest)

    def _fetch(self, blob: Blob) -> None:
        if self._layout.has(blob.digest, blob.size):
            self._ended(blob, "present")
            return
        self._report(BlobBegan(self._place, blob.digest, blob.size))
        with self._layout.blob_file(blob.digest) as file:
            for chunk in verified(blob):
                if self._workers.stop.is_set():
                    raise StoppedError
                file.write(chunk)
                self._report(BlobMoved(self._place, blob.digest, len(chunk)))
        self._ended(blob, "downloaded")

    def _ended(self, blob: Blob, outcome: str) -> None:
        self._report(BlobEnded(self._place, blob.digest, blob.size, outcome))

    def _report(self, event: Event) -> None:
        with self._lock:
            self._progress.happened(event)


def _notes(listing: ImageListing, reference: ImageReference, layout: Path) -> Iterator[str]:
    """Say what a person would not expect of the index: another name than the tag, or a tag that moved."""
    if listing.name not in {"", str(reference.name)}:
        yield (
            f"{layout} has another image under the name {reference.name}, so this one is named {listing.name} there; "
            f"to push it, write {layout}#{listing.name}"
        )
    if listing.replaced:
        yield f"{listing.name} named {listing.replaced} in {layout} before; the files of that image stay"

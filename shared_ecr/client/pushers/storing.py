"""Blobs and manifests on their way into one repository: sent, reported and counted."""

from collections.abc import Sequence
from functools import partial

from shared_ecr.client.distribution import referrer_lists
from shared_ecr.client.distribution.refusals import ForgottenBlobsError
from shared_ecr.client.distribution.uploads import UploadOutcome, Uploads
from shared_ecr.client.pushers.events import BlobEnded, ManifestStored, Message, Progress
from shared_ecr.client.pushers.plan import BlobState, PlannedBlob
from shared_ecr.client.pushers.push_context import PushContext
from shared_ecr.client.pushers.tallies import BlobTally
from shared_ecr.client.sources.interface import Blob, InvalidImageError, Manifest
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import Digest, Tag


class Storing:
    """Stores in one repository, and reports it."""

    def __init__(self, context: PushContext, place: str, progress: Progress) -> None:
        self.place, self.tally = place, BlobTally()
        self._remote, self._workers, self._progress = context.remote, context.workers, progress
        self._uploads = Uploads(context.remote, self.place, progress, context.workers.stop)

    def send(self, planned: PlannedBlob) -> None:
        """Have a blob in the registry that is missing there, or may be; called by several threads."""
        way = self._uploads.ensure if planned.state is BlobState.UNKNOWN else self._uploads.send
        self._ended(planned.blob, way(planned.blob, planned.mount_from))

    def put(self, manifest: Manifest, name: Tag | Digest, blobs: Sequence[Blob]) -> str:
        """Store *manifest*, whose blobs, all among *blobs*, are there; once more where the registry forgot some.

        Returns why what the manifest is about does not list it; empty where it does, or it is about nothing.

        Raises as `RemoteRepository.put_manifest` does.
        """
        try:
            is_noted = self._remote.put_manifest(manifest, name)
        except ForgottenBlobsError:
            # A lifecycle rule or a clean-up ran between the look and now: once is chance, twice is a fault.
            named = [blob for blob in blobs if blob.digest in manifest.blobs]
            self._workers.run([partial(self._ensure, blob) for blob in named])
            is_noted = self._remote.put_manifest(manifest, name)
        self._progress.happened(ManifestStored(self.place, manifest.digest, str(name)))
        return "" if is_noted or manifest.subject is None else self._enter(manifest, manifest.subject)

    def say(self, line: str) -> None:
        """Report *line* to a person."""
        self._progress.happened(Message(self.place, line))

    def _ensure(self, blob: Blob) -> None:
        self._ended(blob, self._uploads.ensure(blob))

    def _ended(self, blob: Blob, outcome: UploadOutcome) -> None:
        self.tally.add(blob, outcome)
        self._progress.happened(BlobEnded(self.place, blob.digest, blob.size, outcome.value))

    def _enter(self, manifest: Manifest, subject: Digest) -> str:
        """Enter *manifest* into the list of what is about *subject*; a refusal is reported, and harms no image."""
        try:
            if referrer_lists.enter(self._remote, manifest, subject):
                self.say(f"{manifest.digest} is listed under sha256-{subject.hex}, as the registry keeps no such list")
        except (RefusedError, UnavailableError, InvalidImageError) as error:
            self.say(f"{manifest.digest} is stored, and is not in the list of what is about {subject}: {error}")
            return str(error)
        return ""

"""What one push has done so far, counted and shown; several threads take part."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared_ecr.client.distribution.uploads import UploadOutcome
from shared_ecr.client.pushers.events import Event, Progress
from shared_ecr.client.sources.interface import Blob

if TYPE_CHECKING:
    from shared_ecr.model.names import Digest


class OneAtATime:
    """Hands events on from several threads, one after the other."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lock = threading.Lock()

    def happened(self, event: Event) -> None:
        """Hand on one event."""
        with self._lock:
            self._progress.happened(event)


class BlobTally:
    """What became of the blobs; one that had to be sent twice counts once."""

    def __init__(self) -> None:
        self._ended: dict[Digest, tuple[UploadOutcome, int]] = {}

    def add(self, blob: Blob, outcome: UploadOutcome) -> None:
        """Count *blob*."""
        self._ended[blob.digest] = (outcome, blob.size)

    @property
    def count(self) -> int:
        """How many are where they must be."""
        return len(self._ended)

    @property
    def uploaded_bytes(self) -> int:
        """How many bytes were sent of those that arrived."""
        return sum(size for outcome, size in list(self._ended.values()) if outcome is UploadOutcome.UPLOADED)

    def of(self, outcome: UploadOutcome) -> int:
        """Count those with this *outcome*."""
        return sum(each is outcome for each, _ in list(self._ended.values()))

    def present_among(self, blobs: Iterable[Blob]) -> int:
        """Count those of *blobs* that neither had to be sent nor mounted."""
        ends = (self._ended.get(blob.digest, (UploadOutcome.PRESENT, 0)) for blob in blobs)
        return sum(outcome is UploadOutcome.PRESENT for outcome, _ in ends)

"""Which blobs a repository has: by one question for a hundred where the registry has such, else one by one.

Private ECR has one, `BatchCheckLayerAvailability`. Everywhere else each blob is asked for by HEAD, at most: where the
registry has never heard of the repository, the first few say it all.
"""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.errors import LoginRefusedError, NoSuchRepositoryError
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.sources.interface import Blob
from shared_ecr.errors import RefusedError, UnavailableError
from shared_ecr.names import Digest, RegistryHost

# As many as go up at once: of a push that was broken off, the first that went are among these.
SAMPLE = 8


class BatchBlobCheck(Protocol):
    """Answers for many blobs at once; `aws.layers.LayerLooks` does for private ECR."""

    def held(self, host: RegistryHost, repository: str, digests: Sequence[Digest]) -> frozenset[Digest] | None:
        """Return those of *digests* that *repository* has; None where *host* is not of its kind.

        Raises:
            NoSuchRepositoryError: there is no such repository.
            RefusedError: the caller may not ask.
            UnavailableError: nobody could be asked.
        """
        ...


class Presence:
    """What one repository has of the blobs of an image."""

    def __init__(self, remote: RemoteRepository, looks: BatchBlobCheck | None, workers: WorkerPool) -> None:
        self._remote, self._looks, self._workers = remote, looks, workers
        self.note = ""
        """Why blobs had to be asked for one by one where that was not meant to be; empty where all is well."""
        self.was_told_at_once = False
        """Whether the last answer was one for many blobs, which tells of a repository that is missing too."""

    def of(self, blobs: Sequence[Blob]) -> frozenset[Digest]:
        """Return which of *blobs*, in the order in which they go, are there; one that may not be looked at is not.

        Raises:
            NoSuchRepositoryError: a look at many told so; a look at one cannot.
        """
        if not blobs:
            return frozenset()
        held = self._at_once([blob.digest for blob in blobs])
        self.was_told_at_once = held is not None
        if held is not None:
            return held
        first, rest = blobs[:SAMPLE], blobs[SAMPLE:]
        found = self._one_by_one(first)
        if rest and not found and self._remote.is_unheard_of():
            # Blobs are sent in this order: had one of the rest ever arrived, so would one of the first.
            return found
        return found | self._one_by_one(rest)

    def in_repository(self, host: RegistryHost, repository: str, digests: Sequence[Digest]) -> frozenset[Digest] | None:
        """Return what another *repository* has of *digests*; None where it cannot be told for many at once."""
        if self._looks is None:
            return None
        try:
            return self._looks.held(host, repository, digests)
        except (RefusedError, UnavailableError):
            # A mount that is not possible is an upload; the registry will say.
            return None

    def _at_once(self, digests: Sequence[Digest]) -> frozenset[Digest] | None:
        if self._looks is None:
            return None
        try:
            return self._looks.held(self._remote.exchange.endpoint.registry, self._remote.name, digests)
        except (LoginRefusedError, NoSuchRepositoryError):
            raise
        except (RefusedError, UnavailableError) as error:
            self.note = f"the layers are asked for one by one: {error}"
            return None

    def _one_by_one(self, blobs: Sequence[Blob]) -> frozenset[Digest]:
        found: set[Digest] = set()

        def look(blob: Blob) -> None:
            if self._remote.has_blob(blob.digest):
                found.add(blob.digest)

        self._workers.run([partial(look, blob) for blob in blobs])
        return frozenset(found)

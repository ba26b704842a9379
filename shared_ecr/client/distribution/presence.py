"""Which blobs a repository has: by one question for a hundred where the registry has such a question, else one by one.

Private ECR has one, `BatchCheckLayerAvailability`. Everywhere else each blob is asked for by HEAD, at most: where the
registry does not know the repository, the first few answer for all.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.errors import LoginRefusedError, NoSuchRepositoryError
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.sources.interface import Blob
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import Digest, RegistryHost

# As many as go up at once: of a push that was broken off, the first that were sent are among these.
SAMPLE = 8


class BatchBlobCheck(Protocol):
    """Answers for many blobs at once; `aws.layers.BatchLayerCheck` does for private ECR."""

    def held(self, host: RegistryHost, repository: str, digests: Sequence[Digest]) -> frozenset[Digest] | None:
        """Return those of *digests* that *repository* has; None where *host* is not of its kind.

        Raises:
            NoSuchRepositoryError: there is no such repository.
            RefusedError: the caller may not ask.
            UnavailableError: AWS could not be asked.
        """
        ...


class Presence:
    """What one repository has of the blobs of an image."""

    def __init__(self, remote: RemoteRepository, batch_check: BatchBlobCheck | None, workers: WorkerPool) -> None:
        self._remote, self._batch_check, self._workers = remote, batch_check, workers
        self._held: set[Digest] = set()
        self._asked: set[Digest] = set()
        self._is_unknown_repository: bool | None = None
        self._asks_for_many = batch_check is not None
        self.note = ""
        """Why blobs were asked for one by one where the registry has a question for many; empty where it answered."""
        self.missing: NoSuchRepositoryError | None = None
        """Set where the question for many was answered by this: there is no such repository."""

    def begin(self, blobs: Sequence[Blob], beside: Sequence[Callable[[], None]] = ()) -> None:
        """Ask for the first of *blobs*, or for all where that is one question, and at the same time do *beside*."""
        if not blobs or self._asks_for_many:
            self._workers.run([*beside, *([partial(self._ask_for_all, blobs)] if blobs else [])])
        else:
            self._workers.run([*beside, *self._first(blobs)])

    def of(self, blobs: Sequence[Blob], *, is_complete: bool) -> tuple[frozenset[Digest], frozenset[Digest]]:
        """Return which of *blobs*, in the order in which they are sent, are there, and which have to be asked for.

        With *is_complete* all are asked for now. One that may not be looked at counts as missing.

        Raises:
            NoSuchRepositoryError: the question for many said so.
        """
        fresh = [blob for blob in blobs if blob.digest not in self._asked]
        if fresh and self._asks_for_many:
            self._ask_for_all(fresh)
        if self.missing is not None:
            raise self.missing
        fresh = [blob for blob in blobs if blob.digest not in self._asked]
        if fresh and not self._asked:
            self._workers.run(self._first(fresh))
            fresh = fresh[SAMPLE:]
        if fresh and not self._held and self.is_unknown_repository():
            # Blobs are sent in this order: had one of the rest ever arrived, so would one of the first.
            fresh = []
        if is_complete:
            self._workers.run([partial(self._ask, blob) for blob in fresh])
            fresh = []
        return frozenset(self._held), frozenset(blob.digest for blob in fresh)

    def is_unknown_repository(self) -> bool:
        """Whether the registry says that it does not know the repository."""
        if self._is_unknown_repository is None:
            self._is_unknown_repository = self._remote.is_unknown()
        return self._is_unknown_repository

    def in_repository(self, host: RegistryHost, repository: str, digests: Sequence[Digest]) -> frozenset[Digest] | None:
        """Return what another *repository* has of *digests*; None where there is no question for many."""
        if self._batch_check is None:
            return None
        try:
            return self._batch_check.held(host, repository, digests)
        except (RefusedError, UnavailableError):
            # A mount that is not possible is an upload; the registry will say.
            return None

    def _first(self, blobs: Sequence[Blob]) -> list[Callable[[], None]]:
        """Return the questions for the first of *blobs*, and for the repository where these could answer for all."""
        questions: list[Callable[[], None]] = [partial(self._ask, blob) for blob in blobs[:SAMPLE]]
        if len(blobs) > SAMPLE:
            questions.insert(0, self._ask_for_the_repository)
        return questions

    def _ask_for_all(self, blobs: Sequence[Blob]) -> None:
        assert self._batch_check is not None  # noqa: S101 — the callers look, for the type checker
        host, digests = self._remote.exchange.endpoint.registry, [blob.digest for blob in blobs]
        try:
            held = self._batch_check.held(host, self._remote.name, digests)
        except LoginRefusedError:
            raise
        except NoSuchRepositoryError as missing:
            self.missing = missing
        except (RefusedError, UnavailableError) as error:
            self.note = f"the layers are asked for one by one: {error}"
        else:
            if held is not None:
                self._held |= held
                self._asked.update(digests)
                return
        # It is asked once: what it refused it would refuse again.
        self._asks_for_many = False

    def _ask_for_the_repository(self) -> None:
        self.is_unknown_repository()

    def _ask(self, blob: Blob) -> None:
        if self._remote.has_blob(blob.digest):
            self._held.add(blob.digest)
        self._asked.add(blob.digest)

"""What one push works with in its repository."""

from typing import TYPE_CHECKING

from shared_ecr.records import record

if TYPE_CHECKING:
    from shared_ecr.client.distribution.presence import BatchBlobCheck
    from shared_ecr.client.distribution.repository import RemoteRepository
    from shared_ecr.client.http.workers import WorkerPool
    from shared_ecr.client.pushers.creation import RepositoryCreator


@record
class PushContext:
    """The connection to one repository, and what else can be asked about it."""

    remote: "RemoteRepository"
    workers: "WorkerPool"
    batch_check: "BatchBlobCheck | None"
    """What answers for many blobs at once, where the registry has such a question."""
    creation: "RepositoryCreator | None"
    """What knows of repositories that are missing, where the registry has such."""

"""What one push works with: the repository to push to, and what is at hand there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared_ecr.client.distribution.presence import BatchBlobCheck
    from shared_ecr.client.distribution.repository import RemoteRepository
    from shared_ecr.client.http.workers import WorkerPool
    from shared_ecr.client.pushers.creation import RepositoryCreator
    from shared_ecr.client.pushers.interface import PushRequest


@dataclass(frozen=True, slots=True)
class PushContext:
    """One repository, for one push."""

    request: "PushRequest"
    remote: "RemoteRepository"
    workers: "WorkerPool"
    looks: "BatchBlobCheck | None"
    """What answers for many blobs at once, where there is something."""
    creation: "RepositoryCreator | None"
    """What knows of repositories that are missing, where there is something."""

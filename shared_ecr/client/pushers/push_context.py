"""What one push works with: the repository to push to, and what is at hand there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared_ecr.client.distribution.presence import BlobLooks
    from shared_ecr.client.distribution.repository import RemoteRepository
    from shared_ecr.client.http.workers import Crew
    from shared_ecr.client.pushers.creation import Creation
    from shared_ecr.client.pushers.interface import PushRequest


@dataclass(frozen=True, slots=True)
class Site:
    """One repository, for one push."""

    request: "PushRequest"
    remote: "RemoteRepository"
    crew: "Crew"
    looks: "BlobLooks | None"
    """What answers for many blobs at once, where there is something."""
    creation: "Creation | None"
    """What knows of repositories that are missing, where there is something."""

"""What happens while an image moves, as values: for a terminal, a CI log, a machine, or no one."""

from typing import Protocol

from shared_ecr.model.names import Digest
from shared_ecr.records import record


@record
class Planned:
    """The looks are done; so much is left to move to (or from) one repository."""

    target: str
    """The repository with its registry, as people read it."""
    blobs: int
    """Those that may have to be moved."""
    byte_count: int
    present: int
    """Blobs of the image that are known to be there already."""


@record
class BlobBegan:
    """The bytes of one blob begin to move; after a fault it may begin again."""

    target: str
    digest: Digest
    size: int


@record
class BlobMoved:
    """Some bytes of one blob went over the wire."""

    target: str
    digest: Digest
    byte_count: int


@record
class BlobEnded:
    """One blob is where it must be."""

    target: str
    digest: Digest
    size: int
    outcome: str
    """`uploaded`, `present`, `mounted` or `downloaded`."""


@record
class ManifestStored:
    """A manifest is stored under a tag or under its digest."""

    target: str
    digest: Digest
    name: str


@record
class Message:
    """Anything else that a person should know, as a line."""

    target: str
    line: str


Event = Planned | BlobBegan | BlobMoved | BlobEnded | ManifestStored | Message


class Progress(Protocol):
    """Takes what happens; is called from several threads, one call at a time for each image."""

    def happened(self, event: Event) -> None:
        """Take one event."""
        ...


class NullProgress:
    """Receives every event and shows none."""

    def happened(self, event: Event) -> None:
        """Take one event."""

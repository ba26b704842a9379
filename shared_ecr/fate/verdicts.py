"""What a policy does to one image, and by which rule."""

from datetime import datetime
from enum import StrEnum

from shared_ecr.fate.images import Image
from shared_ecr.model.lifecycle.rules import LifecycleRule
from shared_ecr.records import record


class Fate(StrEnum):
    """What a run of the policy does to an image. A contract: the words of `fate --format json`."""

    KEEP = "keep"
    EXPIRE = "expire"
    ARCHIVE = "archive"
    BLOCKED = "blocked"
    CASCADE_EXPIRE = "cascade_expire"
    CASCADE_ARCHIVE = "cascade_archive"

    @property
    def is_loss(self) -> bool:
        """Whether the image is lost and cannot be restored."""
        return self in {Fate.EXPIRE, Fate.CASCADE_EXPIRE}

    @property
    def is_archiving(self) -> bool:
        """Whether the image moves to the archive."""
        return self in {Fate.ARCHIVE, Fate.CASCADE_ARCHIVE}


@record
class Claim:
    """That a rule decides about an image: the first rule that identifies it, and how it counts the image."""

    rule: LifecycleRule
    place: int
    """Its place among all images that the rule identifies, young to old, from 1."""
    identified: int
    since: datetime | None
    """What its age is counted from; None where the rule counts images, or the time is unknown."""


@record
class ImageFate:
    """The fate of one image at one time."""

    image: Image
    fate: Fate
    at: datetime
    claim: Claim | None = None
    cause: str | None = None
    """The digest of the manifest list that blocks it, or of the subject that takes it along."""
    notes: tuple[str, ...] = ()
    """The open questions that its fate depends on, a sentence each."""
    may_expire: bool = False
    """Whether it may be lost by an answer that AWS leaves open, although it is not lost by the cautious ones."""
    may_be_archived: bool = False
    """Whether it may be archived by such an answer, although it is kept by the cautious ones."""

    @property
    def claimed_by(self) -> int | None:
        """The priority of the rule that alone may decide about it."""
        return self.claim.rule.priority if self.claim else None

    @property
    def acted_by(self) -> int | None:
        """The priority of the rule that expires or archives it; None where none does, or its subject takes it."""
        return self.claimed_by if self.fate in {Fate.EXPIRE, Fate.ARCHIVE} else None

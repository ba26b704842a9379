"""The images that a lifecycle policy is asked about: what ECR knows of each, and nothing else.

Source: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html
"""

from datetime import datetime

from shared_ecr.model.lifecycle.rules import StorageClass
from shared_ecr.records import record

# Asked for every image; looking up a member of an enumeration is what costs.
_ARCHIVE = StorageClass.ARCHIVE


@record
class Image:
    """One manifest of a repository, with all its tags.

    Digests are plain text here: an inventory holds hundreds of thousands, and anyone who reads one has checked them.
    Every time is aware of its zone.
    """

    digest: str
    pushed_at: datetime
    tags: tuple[str, ...] = ()
    storage_class: StorageClass = StorageClass.STANDARD
    pulled_at: datetime | None = None
    """The last recorded pull; ECR refreshes it at most once in 24 hours."""
    archived_at: datetime | None = None
    activated_at: datetime | None = None
    """When it was last restored from the archive."""
    size: int = 0
    """Bytes, compressed, layers shared with other images included."""
    media_type: str = ""
    children: tuple[str, ...] = ()
    """The digests that it lists, where it is a manifest list (an image index)."""
    subject: str | None = None
    """The digest that it refers to, where it is a signature, an SBOM or another referrer."""
    is_activating: bool = False
    """Whether it is being restored from the archive, which takes up to 20 minutes; it counts as restored."""

    @property
    def ordered_by(self) -> datetime | None:
        """The time by which ECR orders it: the push, the restoration after one, in the archive the archiving."""
        if self.storage_class is _ARCHIVE:
            return self.archived_at
        return self.activated_at or self.pushed_at

    @property
    def last_used_at(self) -> datetime:
        """The time that `sinceImagePulled` counts from: the pull, the restoration after it, else the push."""
        if self.activated_at and (self.pulled_at is None or self.pulled_at < self.activated_at):
            return self.activated_at
        return self.pulled_at or self.pushed_at

    @property
    def shown(self) -> str:
        """Name it for people: its first tags, or the first characters of its digest."""
        if not self.tags:
            return self.digest[:19]
        more = f" +{len(self.tags) - 2}" if len(self.tags) > 2 else ""  # noqa: PLR2004 — two fit in a column
        return f"{', '.join(self.tags[:2])}{more}"


@record
class RepositoryImages:
    """All images of one repository of one registry."""

    name: str
    images: tuple[Image, ...]
    account: str = ""
    region: str = ""
    """Empty where the inventory does not say: AWS's answer to DescribeImages names no Region."""
    has_archive: bool = True
    """Whether archived images were asked for: without a filter, DescribeImages leaves them out and does not say so."""

    @property
    def title(self) -> str:
        """The name, with the Region where it is known."""
        name = self.name or "a repository without images"
        return f"{name} ({self.region})" if self.region else name

"""What Amazon Inspector says about the use of images, held against an inventory.

Inspector counts ECS tasks and EKS pods, in accounts that AWS's reference does not name. It
does so for images that enhanced scanning covers: of the others it is not known whether they are in use.
https://docs.aws.amazon.com/inspector/v2/APIReference/API_EcrContainerImageMetadata.html
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory.uses import ImageUse, UnknownUses
from shared_ecr.records import record
from shared_ecr.text import counted

INSPECTOR = "inspector"
# A task that runs once a week or month has no image in use in between, and needs it at the next start.
RECENTLY = timedelta(days=30)


@record
class InspectedImage:
    """What Inspector says about one image."""

    account: str
    region: str
    repository: str
    digest: str
    in_use_count: int | None = None
    """How many ECS tasks and EKS pods run it; None where Inspector does not say it."""
    last_in_use_at: datetime | None = None
    is_active: bool = True
    """Whether Inspector still scans it; the figures of an image that it does not scan are not current."""

    @property
    def is_covered(self) -> bool:
        """Whether it is known how many run it now."""
        return self.is_active and self.in_use_count is not None

    def use(self, now: datetime) -> str:
        """Say who uses it; empty where no use is known."""
        if self.in_use_count:
            return f"Inspector: {counted(self.in_use_count, 'ECS task or EKS pod', 'ECS tasks and EKS pods')}"
        if self.last_in_use_at is not None and now - self.last_in_use_at <= RECENTLY:
            return f"Inspector: in use on {self.last_in_use_at:%Y-%m-%d}"
        return ""


def uses_of(
    inspected: Iterable[InspectedImage], repositories: Sequence[RepositoryImages], now: datetime
) -> Iterator[ImageUse]:
    """Yield each use, and one of every index that lists an image in use: what runs was pulled by the index."""
    indexes: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for repository in repositories:
        by_child = indexes.setdefault((repository.account, repository.region, repository.name), {})
        for image in repository.images:
            for child in image.children:
                by_child.setdefault(child, []).append(image.digest)
    for each in inspected:
        if by := each.use(now):
            listing = indexes.get((each.account, each.region, each.repository), {}).get(each.digest, [])
            for digest in (each.digest, *listing):
                yield ImageUse(each.repository, digest=digest, account=each.account, region=each.region, by=by)


def uncovered(repository: RepositoryImages, inspected: Iterable[InspectedImage]) -> tuple[Image, ...]:
    """Return the images of *repository* of which it is not known whether they are in use.

    An index is covered by its images, and a signature or an SBOM is not run.
    """
    known = {
        each.digest
        for each in inspected
        if each.is_covered
        and (each.account, each.region, each.repository) == (repository.account, repository.region, repository.name)
    }
    return tuple(
        image for image in repository.images if not image.subject and not image.children and image.digest not in known
    )


def unknown_uses(
    repository: RepositoryImages, uncovered_images: Collection[Image], attestations: Collection[str]
) -> UnknownUses | None:
    """Return what is not known of *repository*; *attestations* are digests that no engine runs."""
    unknown = [image for image in uncovered_images if image.digest not in attestations]
    if not unknown:
        return None
    return UnknownUses(
        repository.name,
        repository.region,
        f"{counted(len(unknown), 'image')} of {len(repository.images)} "
        f"{'is' if len(unknown) == 1 else 'are'} not covered by enhanced scanning",
        INSPECTOR,
    )


def indexes_of(repository: RepositoryImages, images: Collection[Image]) -> tuple[str, ...]:
    """Return the digests of the indexes that list one of *images*."""
    wanted = {image.digest for image in images}
    return tuple(image.digest for image in repository.images if not wanted.isdisjoint(image.children))

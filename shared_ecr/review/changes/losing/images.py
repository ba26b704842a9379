"""What happens to the images of a repository whose rules change, from an inventory."""

from datetime import datetime

from shared_ecr.fate.costs import StorageTotal
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory import Inventory, used_digests
from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.fate.report import compared
from shared_ecr.fate.runs import after as after_run
from shared_ecr.fate.uncertainty import judge
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.verdict import StorageChange
from shared_ecr.text import counted


def images_of(inventory: Inventory | None, repository: ReviewedRepository) -> RepositoryImages | None:
    """Return the images of *repository*; None where there is no inventory of it."""
    if inventory is None or not repository.is_named:
        return None
    home = repository.home
    return next(
        (
            each
            for each in inventory.repositories
            if each.name == repository.name
            and (not each.account or home.account in {None, each.account})
            and (not each.region or home.region in {None, each.region})
        ),
        None,
    )


def image_fates(
    before: ReviewedRepository, after: ReviewedRepository, inventory: Inventory | None, now: datetime
) -> RepositoryOutcome | None:
    """Return the fate of the images under both policies; None where the rules are as they were, or cannot be read."""
    images = images_of(inventory, before)
    if inventory is None or images is None or after.lifecycle is None or before.lifecycle == after.lifecycle:
        return None
    if before.lifecycle is None and before.lifecycle_text is not None:
        return None
    used, _ = used_digests(images, inventory.uses)
    return compared(images, after.lifecycle, before.lifecycle, now, used)


def storage_change(
    before: ReviewedRepository,
    after: ReviewedRepository | None,
    inventory: Inventory | None,
    now: datetime,
    outcome: RepositoryOutcome | None = None,
) -> StorageChange | None:
    """Return what is stored after the next run of the policy, with the change and without it.

    None where that is not known. Without an *after* the repository is deleted with its images. *outcome* is what is
    known of them already.
    """
    images = images_of(inventory, before)
    if images is None or not before.has_readable_lifecycle or not (after is None or after.has_readable_lifecycle):
        return None
    if outcome and outcome.before is not None:
        kept, left = after_run(outcome.before, now), after_run(outcome.verdicts, now)
    else:
        kept = _left(before, images, now)
        left = _left(after, images, now) if after else ()
    return StorageChange(StorageTotal.of(kept), StorageTotal.of(left))


def _left(repository: ReviewedRepository, images: RepositoryImages, now: datetime) -> tuple[Image, ...]:
    policy = repository.lifecycle
    return after_run(judge(policy, images.images, now), now) if policy else images.images


def counted_images(inventory: Inventory | None, repository: ReviewedRepository) -> str:
    """Say how many images the repository holds, or that the number is not known."""
    images = images_of(inventory, repository)
    if images is None:
        return "number of images unknown: no inventory of it"
    return f"{counted(len(images.images), 'image')} in the inventory"

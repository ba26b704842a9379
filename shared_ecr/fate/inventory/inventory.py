"""What is known of the images of one or several registries."""

from datetime import datetime

from shared_ecr.fate.images import RepositoryImages
from shared_ecr.fate.inventory.uses import ImageUse
from shared_ecr.findings.problems import Problem
from shared_ecr.records import record


@record
class Inventory:
    """Repositories by name and Region, the images known to be in use, and what to be careful about."""

    repositories: tuple[RepositoryImages, ...]
    uses: tuple[ImageUse, ...] = ()
    warnings: tuple[Problem, ...] = ()
    taken_at: datetime | None = None
    """When the oldest of its files was taken; None where one does not say it."""

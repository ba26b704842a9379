"""What is left after a run of a policy."""

from collections.abc import Iterable
from datetime import datetime

from shared_ecr.fate.images import Image
from shared_ecr.fate.verdicts import ImageFate
from shared_ecr.model.lifecycle.rules import StorageClass
from shared_ecr.records import replace


def after(verdicts: Iterable[ImageFate], at: datetime) -> tuple[Image, ...]:
    """Return the images that are left when *verdicts* are carried out *at* a time; the archived ones in the archive."""
    return tuple(
        replace(verdict.image, storage_class=StorageClass.ARCHIVE, archived_at=at)
        if verdict.fate.is_archiving
        else verdict.image
        for verdict in verdicts
        if not verdict.fate.is_loss
    )

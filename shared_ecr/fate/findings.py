"""What to look at before a lifecycle policy runs."""

from collections.abc import Sequence

from shared_ecr.fate.images import Image
from shared_ecr.findings import Finding
from shared_ecr.records import record
from shared_ecr.text import first_few


@record
class FateFinding(Finding):
    """A finding about the images of one repository. Codes are a contract: docs/reference/fate.md."""

    repository: str = ""
    images: tuple[Image, ...] = ()
    """The images that it is about."""

    @property
    def place(self) -> str:
        """The repository."""
        return self.repository


def named(images: Sequence[Image]) -> str:
    """Name *images*, the first few of them."""
    return first_few(image.shown for image in images)

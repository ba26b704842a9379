"""What storing images costs a month, by prices that are parameters.

AWS bills each layer of a repository once; DescribeImages shows the size of each image with all its layers. Sums of it
are therefore an upper bound. An index is shown as its largest manifest, which is beside it, and is not added.
Source of the prices: https://aws.amazon.com/ecr/pricing/ as secondary sources cite it; look them up for your Region.
"""

from collections.abc import Iterable

from shared_ecr.fate.images import Image
from shared_ecr.model.lifecycle.rules import StorageClass
from shared_ecr.records import record

BYTES_IN_GB = 2**30


@record
class Prices:
    """Prices in one currency, for a GB and month."""

    standard: float = 0.10
    archive: float = 0.10
    """The same as standard below 150 TB, by those sources; 0.07 above."""
    currency: str = "USD"


@record
class StorageTotal:
    """How much is stored, and what that costs."""

    images: int
    standard_bytes: int
    archive_bytes: int

    @classmethod
    def of(cls, images: Iterable[Image]) -> "StorageTotal":
        """Add up *images*."""
        count, standard, archive, in_archive = 0, 0, 0, StorageClass.ARCHIVE
        for image in images:
            count += 1
            if image.children:
                continue
            if image.storage_class is in_archive:
                archive += image.size
            else:
                standard += image.size
        return cls(count, standard, archive)

    def __add__(self, other: "StorageTotal") -> "StorageTotal":
        return StorageTotal(
            self.images + other.images,
            self.standard_bytes + other.standard_bytes,
            self.archive_bytes + other.archive_bytes,
        )

    @property
    def bytes(self) -> int:
        """All bytes, wherever they are."""
        return self.standard_bytes + self.archive_bytes

    def monthly_cost(self, prices: Prices) -> float:
        """Return what a month costs, in the currency of *prices*."""
        return (self.standard_bytes * prices.standard + self.archive_bytes * prices.archive) / BYTES_IN_GB

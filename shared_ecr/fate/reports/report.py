"""Everything a report shows: outcomes by repository, findings and who accepted them, what is doubtful."""

from collections.abc import Iterable
from datetime import datetime

from shared_ecr.fate.costs import Prices, StorageTotal
from shared_ecr.fate.findings import FateFinding
from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.findings import JudgedFinding
from shared_ecr.findings.problems import Problem
from shared_ecr.records import field, record


@record
class Report:
    """The outcomes at one time, by one set of prices."""

    at: datetime
    outcomes: tuple[RepositoryOutcome, ...]
    findings: tuple[JudgedFinding[FateFinding], ...] = ()
    warnings: tuple[Problem, ...] = ()
    prices: Prices = field(default_factory=Prices)
    source: str = ""
    """Where the policies come from."""
    against: str | None = None
    """What they are compared with, if they are."""

    @property
    def blocks(self) -> bool:
        """Whether a finding stops the run."""
        return any(judged.blocks for judged in self.findings)

    @property
    def stored_now(self) -> StorageTotal:
        """What all repositories hold."""
        return _total(outcome.stored_now for outcome in self.outcomes)

    @property
    def stored_after(self) -> StorageTotal:
        """What all repositories hold after the run."""
        return _total(outcome.stored_after for outcome in self.outcomes)


def _total(parts: Iterable[StorageTotal]) -> StorageTotal:
    images = standard = archive = 0
    for part in parts:
        images += part.images
        standard += part.standard_bytes
        archive += part.archive_bytes
    return StorageTotal(images, standard, archive)

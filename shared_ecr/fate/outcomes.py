"""All that is known of what policies do to one repository: what every report is made from."""

from collections import Counter
from collections.abc import Mapping

from shared_ecr.fate.changes import PolicyChange, changes
from shared_ecr.fate.costs import StorageTotal
from shared_ecr.fate.findings import FateFinding
from shared_ecr.fate.forecast import Forecast
from shared_ecr.fate.images import RepositoryImages
from shared_ecr.fate.runs import after
from shared_ecr.fate.verdicts import Fate, ImageFate
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.records import field, record


@record
class RepositoryOutcome:
    """The verdicts on one repository's images, and what follows from them."""

    repository: RepositoryImages
    policy: LifecyclePolicy
    verdicts: tuple[ImageFate, ...]
    used: Mapping[str, str] = field(default_factory=dict)
    """Who uses which digest."""
    before: tuple[ImageFate, ...] | None = None
    """What the policy that is compared with does to the same images."""
    findings: tuple[FateFinding, ...] = ()
    forecast: Forecast | None = None

    @property
    def changes(self) -> tuple[PolicyChange, ...]:
        """What changes against the other policy; nothing where there is none."""
        return () if self.before is None else changes(self.before, self.verdicts)

    @property
    def fates(self) -> dict[Fate, int]:
        """How many images have each fate; every fate is there."""
        counted = Counter(verdict.fate for verdict in self.verdicts)
        return {fate: counted[fate] for fate in Fate}

    @property
    def stored_now(self) -> StorageTotal:
        """What is stored before the run."""
        return StorageTotal.of(self.repository.images)

    @property
    def stored_after(self) -> StorageTotal:
        """What is stored after the run."""
        return StorageTotal.of(after(self.verdicts, self.verdicts[0].at)) if self.verdicts else StorageTotal(0, 0, 0)

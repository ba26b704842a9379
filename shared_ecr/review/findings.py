"""What a review finds, about what, and where that is written."""

from dataclasses import dataclass

from shared_ecr.findings import Finding
from shared_ecr.review.deployments import Origin, RegistryHome


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFinding(Finding):
    """A finding about something that is deployed. Codes are a contract: docs/reference/review.md."""

    subject: str
    """The repository's name, or what else it is about: `registry policy`, `stack shared-ecr`."""
    home: RegistryHome
    origin: Origin | None = None
    """On the new side; on the previous side for what was removed."""

    @property
    def place(self) -> str:
        """What it is about."""
        return self.subject

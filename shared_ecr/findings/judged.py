"""A finding together with the acknowledgement that accepts it."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from shared_ecr.findings.acknowledgements import Acknowledgement
from shared_ecr.findings.finding import Finding, Severity
from shared_ecr.text import sentences, visible

FoundT = TypeVar("FoundT", bound=Finding)


@dataclass(frozen=True, slots=True)
class JudgedFinding(Generic[FoundT]):
    """A finding, and the acknowledgement that accepts it, if one does."""

    finding: FoundT
    acknowledgement: Acknowledgement | None = None
    is_old: bool = False
    """Whether the previous side has the same fault: the change does not cause it, and is not stopped for it."""

    @property
    def blocks(self) -> bool:
        """Whether it stops the run."""
        return self.finding.blocks and self.acknowledgement is None and not self.is_old

    @property
    def mark(self) -> str:
        """What it does to the run, in a word or two."""
        accepted = self.acknowledgement
        if self.blocks:
            return "blocks"
        if accepted and self.finding.severity is not Severity.NOTE:
            return "acknowledged" if accepted.until == date.max else f"acknowledged until {accepted.until}"
        return "was so before" if self.is_old else str(self.finding.severity)

    def sentences(self, what: str = "") -> str:
        """Return what is found, why it matters, how to repair it, and why it was accepted.

        Args:
            what: what is found, where several findings say it together.
        """
        accepted = f"Accepted because: {self.acknowledgement.reason}" if self.acknowledgement else ""
        finding = self.finding
        return visible(sentences(what or finding.what, finding.why, finding.fix, accepted))

    def __str__(self) -> str:
        """Render `MARK: PLACE: SENTENCES [CODE]`."""
        place = f"{self.finding.place}: " if self.finding.place else ""
        return visible(f"{self.mark}: {place}{self.sentences()} [{self.finding.code}]")

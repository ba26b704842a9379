"""A finding together with what accepts it."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from shared_ecr.findings.acknowledgements import Acceptance, Acknowledgement
from shared_ecr.findings.finding import Finding, Severity
from shared_ecr.text import sentences, visible

FoundT = TypeVar("FoundT", bound=Finding)


@dataclass(frozen=True, slots=True)
class JudgedFinding(Generic[FoundT]):
    """A finding, and whether it is accepted."""

    finding: FoundT
    acceptance: Acceptance = field(default_factory=Acceptance)
    is_old: bool = False
    """Whether the previous side has the same fault: the change does not cause it, and is not stopped for it."""

    @property
    def acknowledgement(self) -> Acknowledgement | None:
        """The acknowledgement that accepts it, if one does."""
        return self.acceptance.acknowledgement

    @property
    def blocks(self) -> bool:
        """Whether it stops the run."""
        return self.finding.blocks and self.acknowledgement is None and not self.is_old

    @property
    def is_acknowledged_by_the_change(self) -> bool:
        """Whether its acknowledgement comes with the change that causes it, so that a reviewer must see both."""
        return self.acceptance.is_new and self.finding.blocks and not self.is_old

    @property
    def mark(self) -> str:
        """What it does to the run, in a few words."""
        accepted = self.acknowledgement
        if self.blocks:
            return "blocks, acknowledged by this change" if self.is_acknowledged_by_the_change else "blocks"
        if accepted and self.finding.severity is not Severity.NOTE:
            by = " by this change" if self.is_acknowledged_by_the_change else ""
            day = "" if accepted.holds_until_removed else f" until {accepted.until}"
            return f"acknowledged{by}{day}"
        return "was so before" if self.is_old else str(self.finding.severity)

    def sentences(self, what: str = "") -> str:
        """Return what is found, why it matters, how to repair it, and why it is accepted or not.

        Args:
            what: what is found, where several findings say it together.
        """
        finding, accepted = self.finding, ""
        if self.acknowledgement:
            accepted = f"Accepted because: {self.acknowledgement.reason}"
        elif self.blocks:
            accepted = self.acceptance.refused
        return visible(sentences(what or finding.what, finding.why, finding.fix, accepted))

    def __str__(self) -> str:
        """Render `MARK: PLACE: SENTENCES [CODE]`."""
        place = f"{self.finding.place}: " if self.finding.place else ""
        return visible(f"{self.mark}: {place}{self.sentences()} [{self.finding.code}]")

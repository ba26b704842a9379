"""A finding: its code, its severity, its three sentences, and whether it is accepted."""

from enum import StrEnum
from typing import Generic, TypeVar

from shared_ecr.findings.acknowledgements import Acceptance, Acknowledgement
from shared_ecr.records import field, record
from shared_ecr.text import sentences, visible

FoundT = TypeVar("FoundT", bound="Finding")


class Severity(StrEnum):
    """The severity of a finding: errors block until they are acknowledged; warnings and notes do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@record
class Finding:
    """A finding. Codes are a contract: the pages of docs/reference list them.

    Subclasses add where it is: a place in a file, a statement of a policy, a repository.
    """

    code: str
    severity: Severity
    what: str
    """What is wrong, without a full stop."""
    why: str = ""
    """Why it matters."""
    fix: str = ""
    """How to repair it."""
    details: tuple[str, ...] = ()
    """Lines to unfold: rules in words, images, witnesses."""

    @property
    def blocks(self) -> bool:
        """Whether it stops the run unless it is acknowledged."""
        return self.severity is Severity.ERROR

    @property
    def sentences(self) -> str:
        """What is wrong, why it matters and how to repair it, each closed."""
        return sentences(self.what, self.why, self.fix)

    @property
    def place(self) -> str:
        """Where it is, as a line begins with it; empty where that is not known."""
        return ""

    def __str__(self) -> str:
        """Render `SEVERITY: PLACE: WHAT. WHY. FIX. [CODE]`."""
        place = f"{self.place}: " if self.place else ""
        return visible(f"{self.severity}: {place}{self.sentences} [{self.code}]")


@record
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
        """Its effect on the run, in a few words."""
        accepted = self.acknowledgement
        if self.blocks:
            return "blocks, acknowledged by this change" if self.is_acknowledged_by_the_change else "blocks"
        if accepted and self.finding.severity is not Severity.NOTE:
            by = " by this change" if self.is_acknowledged_by_the_change else ""
            day = "" if accepted.holds_until_removed else f" until {accepted.until}"
            return f"acknowledged{by}{day}"
        return "was so before" if self.is_old else str(self.finding.severity)

    @property
    def sentences(self) -> str:
        """What is found, why it matters, how to repair it, and why it is accepted or not."""
        finding, accepted = self.finding, ""
        if self.acknowledgement:
            accepted = f"Accepted because: {self.acknowledgement.reason}"
        elif self.blocks:
            accepted = self.acceptance.refused
        return visible(sentences(finding.what, finding.why, finding.fix, accepted))

    def __str__(self) -> str:
        """Render `MARK: PLACE: SENTENCES [CODE]`."""
        place = f"{self.finding.place}: " if self.finding.place else ""
        return visible(f"{self.mark}: {place}{self.sentences} [{self.finding.code}]")

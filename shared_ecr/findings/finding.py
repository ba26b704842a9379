"""One thing to look at: its code, how bad it is, and three sentences."""

from dataclasses import dataclass
from enum import StrEnum

from shared_ecr.text import sentences, visible


class Severity(StrEnum):
    """How bad a finding is: errors block until they are acknowledged; warnings and notes do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. Codes are a contract: the pages of docs/reference list them.

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

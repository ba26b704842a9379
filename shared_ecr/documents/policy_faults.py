"""Why a text is no policy: every shape AWS refuses, all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared_ecr.errors import ExitCode, SharedEcrError
from shared_ecr.problems import SHOWN_AT_MOST
from shared_ecr.text import visible


@dataclass(frozen=True, slots=True)
class PolicyFault:
    """One thing in a document that AWS refuses."""

    path: str
    """Where it stands: `Statement[2].Condition`."""
    what: str
    code: str
    why: str = ""
    fix: str = ""

    def __str__(self) -> str:
        sentences = ". ".join(part for part in (self.what, self.why, self.fix) if part)
        return visible(f"{self.path}: {sentences} [{self.code}]" if self.path else f"{sentences} [{self.code}]")


class InvalidPolicyError(SharedEcrError):
    """A document is no policy that AWS would store; `faults` has every reason."""

    exit_code = ExitCode.INVALID

    def __init__(self, faults: Sequence[PolicyFault], where: str = "") -> None:
        self.faults = tuple(faults)
        self.where = where
        shown = [f"{where}: {fault}" if where else str(fault) for fault in self.faults[:SHOWN_AT_MOST]]
        if len(self.faults) > SHOWN_AT_MOST:
            shown.append(f"… and {len(self.faults) - SHOWN_AT_MOST} more")
        super().__init__("\n".join(shown))

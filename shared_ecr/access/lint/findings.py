"""What the linter says: a code, the statement, why it matters, and the repair."""

from dataclasses import dataclass, field
from enum import StrEnum

from shared_ecr.access.policy_model import Policy, Statement
from shared_ecr.access.requests import TargetRepository
from shared_ecr.text import visible


class LintSeverity(StrEnum):
    """How bad it is: errors block, warnings and notes do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class PolicyHolder(StrEnum):
    """What a policy is stored on: it decides what can stand in it."""

    REPOSITORY = "repository"
    REGISTRY = "registry"
    TEMPLATE = "template"
    """A repository creation template: a repository policy for repositories that do not exist yet."""


# An account that stands for the registry's own where nobody says which it is.
UNKNOWN_ACCOUNT = "000000000000"


@dataclass(frozen=True, slots=True)
class LintedPolicy:
    """A policy and where it is stored."""

    policy: Policy
    holder: PolicyHolder = PolicyHolder.REPOSITORY
    target: TargetRepository = field(
        default_factory=lambda: TargetRepository(UNKNOWN_ACCOUNT, "us-east-1", "any/repository", tags=None)
    )
    """The repository; for a registry policy one that stands for all."""

    @property
    def knows_its_account(self) -> bool:
        """Whether the registry's account is known."""
        return self.target.account != UNKNOWN_ACCOUNT


@dataclass(frozen=True, slots=True)
class PolicyFinding:
    """One thing to look at in a policy."""

    code: str
    severity: LintSeverity
    statement: Statement | None
    """None where it concerns the whole policy."""
    what: str
    why: str
    repair: str

    def __str__(self) -> str:
        where = f"statement {self.statement}: " if self.statement else ""
        repair = self.repair if self.repair.endswith("?") else f"{self.repair}."
        return visible(f"{self.severity}: {where}{self.what}. {self.why}. {repair} [{self.code}]")

    def as_json(self) -> dict[str, object]:
        """Render as the JSON shape of docs/reference/access.md."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "statement": None if self.statement is None else self.statement.index,
            "sid": None if self.statement is None else self.statement.sid,
            "what": self.what,
            "why": self.why,
            "repair": self.repair,
        }


def error(code: str, statement: Statement | None, what: str, why: str, repair: str) -> PolicyFinding:
    """Make a finding that blocks."""
    return PolicyFinding(code, LintSeverity.ERROR, statement, what, why, repair)


def warning(code: str, statement: Statement | None, what: str, why: str, repair: str) -> PolicyFinding:
    """Make a finding that does not block."""
    return PolicyFinding(code, LintSeverity.WARNING, statement, what, why, repair)

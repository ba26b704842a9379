"""What the linter finds in a policy, and in which statement."""

from enum import StrEnum

from shared_ecr.access.policy_model import Policy, Statement
from shared_ecr.access.requests import TargetRepository
from shared_ecr.findings import Finding, Severity
from shared_ecr.records import field, record


class PolicyHolder(StrEnum):
    """What a policy is stored on: it decides what can be in it."""

    REPOSITORY = "repository"
    REGISTRY = "registry"
    TEMPLATE = "template"
    """A repository creation template: a repository policy for repositories that do not exist yet."""


# An account that stands for the registry's own where no one says which it is.
UNKNOWN_ACCOUNT = "000000000000"


@record
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


@record
class PolicyFinding(Finding):
    """A finding about one statement of a policy, or about the whole policy."""

    statement: Statement | None = None
    """None where it concerns the whole policy."""

    @property
    def place(self) -> str:
        """The statement, where it is about one."""
        return f"statement {self.statement}" if self.statement else ""

    def as_json(self) -> dict[str, object]:
        """Render as the JSON shape of docs/reference/access.md."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "statement": None if self.statement is None else self.statement.index,
            "sid": None if self.statement is None else self.statement.sid,
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
        }


def error(code: str, statement: Statement | None, what: str, why: str, fix: str) -> PolicyFinding:
    """Make a finding that blocks."""
    return PolicyFinding(code, Severity.ERROR, what, why, fix, statement=statement)


def warning(code: str, statement: Statement | None, what: str, why: str, fix: str) -> PolicyFinding:
    """Make a finding that does not block."""
    return PolicyFinding(code, Severity.WARNING, what, why, fix, statement=statement)


def note(code: str, statement: Statement | None, what: str, why: str, fix: str) -> PolicyFinding:
    """Make a finding for information."""
    return PolicyFinding(code, Severity.NOTE, what, why, fix, statement=statement)

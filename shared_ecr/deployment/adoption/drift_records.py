"""What a comparison of three states finds: of a repository or a setting, its verdict, its fields and its findings."""

from collections.abc import Sequence
from enum import StrEnum

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
from shared_ecr.documents.live import LiveRegistry
from shared_ecr.findings import Finding, Severity
from shared_ecr.records import record

# Why a difference matters and what to do: of what is deployed, and of what no stack has yet.
BY_HAND = (
    "A deployment changes this resource only when it changes in the template, and then undoes all of these changes",
    "Write it into the declaration, or change the resource and deploy",
)
NOT_DEPLOYED = (
    "No stack of the declaration has it yet; an import would change this",
    "Write it into the declaration ('shared-ecr adopt' does), or accept the change when it is imported",
)


class DriftVerdict(StrEnum):
    """How a repository is, in a word."""

    IN_SYNC = "in sync"
    DRIFTED = "drifted"
    UNDEPLOYED = "not deployed yet"
    BEHIND = "deployed later"
    MISSING = "missing"
    UNMANAGED = "unmanaged"
    UNKNOWN = "unknown"


@record(kw_only=True)
class DriftFinding(Finding):
    """One thing that is not the same everywhere. Codes: docs/how-to/drift.md."""

    subject: str

    @property
    def place(self) -> str:
        """What it is about."""
        return self.subject


@record
class DriftedField:
    """One field in its three states."""

    field: str
    declared: str
    deployed: str
    live: str


@record
class RepositoryDrift:
    """One repository, or one setting, in its three states."""

    name: str
    verdict: DriftVerdict
    fields: tuple[DriftedField, ...]
    findings: tuple[DriftFinding, ...]


@record
class DriftQuestion:
    """The three states of one registry, and what is known around them."""

    live: LiveRegistry
    declared: WantedRegistry
    deployed: WantedRegistry
    stacks: tuple[str, ...]
    known: TrustBoundary
    is_strict: bool = False
    """Whether repositories that no one declared block."""


def drift_verdict(findings: Sequence[DriftFinding]) -> DriftVerdict:
    """Return what *findings* of one repository or setting come to."""
    codes = {each.code for each in findings} - {"drift-text"}
    if not codes:
        return DriftVerdict.IN_SYNC
    if codes == {"drift-undeployed"}:
        return DriftVerdict.UNDEPLOYED
    return DriftVerdict.BEHIND if codes <= {"drift-behind", "drift-undeployed"} else DriftVerdict.DRIFTED


STILL_DEPLOYED = "it was removed from the declaration, and is still deployed"


def drift_error(  # noqa: PLR0913, PLR0917 — the parts of a finding
    code: str, subject: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()
) -> DriftFinding:
    """Make a finding that blocks."""
    return DriftFinding(code, Severity.ERROR, what, why, fix, details, subject=subject)


def drift_note(code: str, subject: str, what: str) -> DriftFinding:
    """Make a finding that does not block."""
    return DriftFinding(code, Severity.NOTE, what, subject=subject)

"""What a review finds: a code, how bad it is, where it stands, and what to do."""

from dataclasses import dataclass

from shared_ecr.access.lint import LintSeverity
from shared_ecr.findings.acknowledgements import Acknowledgement
from shared_ecr.review.deployments import Origin, RegistryHome
from shared_ecr.text import visible


@dataclass(frozen=True, slots=True)
class ReviewFinding:
    """One thing to look at. Codes are a contract: docs/reference/review.md."""

    code: str
    severity: LintSeverity
    """Errors block until they are acknowledged; warnings and notes do not."""
    subject: str
    """The repository's name, or what else it is about: `registry policy`, `stack shared-ecr`."""
    what: str
    why: str
    fix: str
    home: RegistryHome
    origin: Origin | None = None
    """On the new side; on the old one for what is gone."""
    details: tuple[str, ...] = ()
    """Lines to unfold: rules in words, images, witnesses."""

    def __str__(self) -> str:
        """Render `SEVERITY: SUBJECT: WHAT. WHY. FIX. [CODE]`."""
        parts = (part for part in (self.what, self.why, self.fix) if part)
        sentences = " ".join(part if part.endswith("?") else f"{part}." for part in parts)
        return visible(f"{self.severity}: {self.subject}: {sentences} [{self.code}]")


@dataclass(frozen=True, slots=True)
class JudgedFinding:
    """A finding, and the acknowledgement that accepts it, if one does."""

    finding: ReviewFinding
    acknowledgement: Acknowledgement | None = None
    is_old: bool = False
    """Whether what was deployed before has the same fault: the change is not to blame, and is not stopped for it."""

    @property
    def blocks(self) -> bool:
        """Whether it stops the deployment."""
        return self.finding.severity is LintSeverity.ERROR and self.acknowledgement is None and not self.is_old

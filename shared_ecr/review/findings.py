"""What a review finds: first by a rule, then about something that is deployed, with the place where it is written."""

from typing import Self

from shared_ecr.findings import Finding, Severity
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.review.deployments import Origin, RegistryHome, Resource


@record(kw_only=True)
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


@record
class RuleFinding(Finding):
    """What a rule finds, before it is said of something that is deployed."""

    @classmethod
    def of(cls, fault: InvalidValueError, place: str = "", severity: Severity = Severity.ERROR) -> Self:
        """Return what a type of the model refuses, at *place* within the resource, for a reader of the template."""
        what = f"{place}: {fault.what}" if place else fault.what
        fix = fault.fix_in_template or fault.fix
        return cls(fault.code, severity, what, fault.why or "AWS refuses it", fix or "Correct it")

    def about(self, subject: str, resource: Resource) -> ReviewFinding:
        """Return it as a finding about *subject*, which *resource* describes."""
        return self.at(subject, resource.home, resource.origin)

    def at(self, subject: str, home: RegistryHome, origin: Origin | None) -> ReviewFinding:
        """Return it as a finding about *subject*, which is deployed in *home* and written at *origin*."""
        return ReviewFinding(
            self.code, self.severity, self.what, self.why, self.fix, self.details,
            subject=subject, home=home, origin=origin,
        )  # fmt: skip


def error(code: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()) -> RuleFinding:
    """Make a finding that blocks."""
    return RuleFinding(code, Severity.ERROR, what, why, fix, details)


def warning(code: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()) -> RuleFinding:
    """Make a finding that does not block."""
    return RuleFinding(code, Severity.WARNING, what, why, fix, details)


def note(code: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()) -> RuleFinding:
    """Make a finding for information."""
    return RuleFinding(code, Severity.NOTE, what, why, fix, details)

"""What a rule says before anybody knows what it is about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from shared_ecr.access.lint import Severity
from shared_ecr.errors import InvalidValueError
from shared_ecr.review.deployments import Resource
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.repositories import ReviewedRepository

# How repairs begin that the core says in the words of the declaration, and the same for a template.
_IN_CLOUDFORMATION = {
    "Drop 'host'": "Correct UpstreamRegistryUrl",
    "Drop 'secret'": "Remove CredentialArn",
    "Drop 'upstream_prefix'": "Remove UpstreamRepositoryPrefix, and write it into the names that are pulled",
    "Leave 'custom_role' out": "Name a role without a path",
    "Leave 'prefixes' out": "Remove RepositoryFilters for all repositories",
    "Write 'secret:": "Write CredentialArn, with a secret whose name begins with 'ecr-pullthroughcache/'",
    "Write 'type: enhanced'": "Write ENHANCED, or SCAN_ON_PUSH",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One thing to look at. Codes are a contract: docs/reference/review.md."""

    code: str
    severity: Severity
    what: str
    why: str
    fix: str
    details: tuple[str, ...] = ()

    @classmethod
    def of(cls, fault: InvalidValueError, place: str = "", severity: Severity = Severity.ERROR) -> Self:
        """Say what a type of the core refuses, at *place* within the resource."""
        what = f"{place}: {fault.what}" if place else fault.what
        fix = next((said for ours, said in _IN_CLOUDFORMATION.items() if fault.fix.startswith(ours)), fault.fix)
        return cls(fault.code, severity, what, fault.why or "AWS refuses it", fix.rstrip(".") or "Correct it")

    def about(self, subject: str, resource: Resource) -> ReviewFinding:
        """Say it of *subject*, which *resource* describes."""
        return ReviewFinding(
            self.code,
            self.severity,
            subject,
            self.what,
            self.why,
            self.fix,
            resource.home,
            resource.origin,
            self.details,
        )


RepositoryRule = Callable[[ReviewedRepository], Iterator[Judgement]]
"""A rule about a repository, or about what a creation template makes."""
ResourceRule = Callable[[Resource], Iterator[Judgement]]
"""A rule about one resource by itself."""


def error(code: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()) -> Judgement:
    """Make a judgement that blocks."""
    return Judgement(code, Severity.ERROR, what, why, fix, details)


def warning(code: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()) -> Judgement:
    """Make a judgement that does not block."""
    return Judgement(code, Severity.WARNING, what, why, fix, details)


def note(code: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()) -> Judgement:
    """Make a judgement that is there to be known."""
    return Judgement(code, Severity.NOTE, what, why, fix, details)

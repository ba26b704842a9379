"""What a rule says before anybody knows what it is about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from shared_ecr.access.lint import LintSeverity
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
class RuleFinding:
    """One thing to look at. Codes are a contract: docs/reference/review.md."""

    code: str
    severity: LintSeverity
    what: str
    why: str
    fix: str
    details: tuple[str, ...] = ()

    @classmethod
    def of(cls, fault: InvalidValueError, place: str = "", severity: LintSeverity = LintSeverity.ERROR) -> Self:
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


RepositoryRule = Callable[[ReviewedRepository], Iterator[RuleFinding]]
"""A rule about a repository, or about what a creation template makes."""
ResourceRule = Callable[[Resource], Iterator[RuleFinding]]
"""A rule about one resource by itself."""


def error(code: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()) -> RuleFinding:
    """Make a judgement that blocks."""
    return RuleFinding(code, LintSeverity.ERROR, what, why, fix, details)


def warning(code: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()) -> RuleFinding:
    """Make a judgement that does not block."""
    return RuleFinding(code, LintSeverity.WARNING, what, why, fix, details)


def note(code: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()) -> RuleFinding:
    """Make a judgement that is there to be known."""
    return RuleFinding(code, LintSeverity.NOTE, what, why, fix, details)

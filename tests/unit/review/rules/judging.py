"""What the rules find in resources, as tests ask for it."""

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.review.deployments import Resource, Stack
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.rules import judge
from unit.review.deployed import deployment


def found(*parts: Resource | Stack, known: TrustBoundary | None = None) -> list[ReviewFinding]:
    """Return everything that is found in *parts*."""
    return judge(deployment(*parts), known or TrustBoundary())


def shown(*parts: Resource | Stack) -> list[str]:
    """Return what is found that is more than a note: `error CODE`."""
    return [f"{each.severity} {each.code}" for each in found(*parts) if each.severity != "note"]


def one(code: str, *parts: Resource | Stack, known: TrustBoundary | None = None) -> ReviewFinding:
    """Return the one finding of *code*."""
    [finding] = [each for each in found(*parts, known=known) if each.code == code]
    return finding

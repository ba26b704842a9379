"""Plans that do not show the whole change."""

from collections.abc import Iterator

from shared_ecr.review.deployments import Deployment, Origin
from shared_ecr.review.findings import ReviewFinding, error

_WHY = "Changes that the plan does not have are not judged: they may delete repositories, or allow access"


def plan_gaps(after: Deployment) -> Iterator[ReviewFinding]:
    """Find every reason why a plan of *after* is not the whole change."""
    for stack in after.stacks:
        for gap in stack.plan.gaps if stack.plan else ():
            found = error(gap.code, gap.what, _WHY, gap.fix, gap.details)
            yield found.at(f"plan {stack.name}", stack.home, Origin(stack.file, stack.name, ""))

"""What was changed outside of Terraform since its last run, as `resource_drift` of a plan lists it.

The plan does not make these changes, so they do not block: the previous side has them already.
Source: https://developer.hashicorp.com/terraform/internals/json-format (`resource_drift`)
"""

from collections.abc import Iterator

from shared_ecr.findings import Severity
from shared_ecr.review.changes import ReviewContext, compare
from shared_ecr.review.changes.operations.lost_keys import keys_of_plans
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.findings import ReviewFinding, RuleFinding, warning

CODE = "plan-drift"
_WHY = "The resource has already changed, and the plan does not list it among its changes"
_FIX = "Find out who changed it; then write the change into the configuration, or let the plan undo it"
_REMOVED = frozenset({"repository-deleted", "repositories-dropped-many", "repository-renamed"})


def drifted(after: Deployment, question: ReviewContext) -> Iterator[ReviewFinding]:
    """Find what was changed outside of Terraform, and is dangerous."""
    for stack in after.stacks:
        if stack.plan is None or stack.plan.drift is None:
            continue
        old, new = (Deployment(after.source, (side,)) for side in stack.plan.drift)
        found_keys = keys_of_plans(old, new, (after, after))
        for found in dict.fromkeys((*compare(old, new, question).findings, *found_keys)):
            if found.severity is Severity.ERROR:
                yield _judged(found).at(found.subject, found.home, found.origin)


def _judged(found: ReviewFinding) -> RuleFinding:
    if found.code in _REMOVED:
        return warning(CODE, "it was deleted outside of Terraform, or under another provider", _WHY, _FIX)
    return warning(CODE, f"drift outside of Terraform: {found.what} ({found.code})", _WHY, _FIX, found.details)

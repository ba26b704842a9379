"""What the operations of a Terraform plan do, whatever the values say: replacements, orders, gaps, keys.

`of_plans` is asked last: it adds what no comparison of values has found.
Source: https://developer.hashicorp.com/terraform/internals/json-format
"""

from collections.abc import Iterable, Iterator

from shared_ecr.review.changes.operations.gaps import plan_gaps
from shared_ecr.review.changes.operations.order import orders
from shared_ecr.review.changes.operations.unseen import unseen
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.findings import ReviewFinding

__all__ = ["of_plans"]


def of_plans(before: Deployment | None, after: Deployment, found: Iterable[ReviewFinding]) -> Iterator[ReviewFinding]:
    """Yield what the plans of *after* do that *found* does not say already."""
    yield from plan_gaps(after)
    yield from orders(after)
    yield from unseen(before, after, list(found))

"""Principals whose pulls leave the last recorded pull time alone.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
"""

from collections.abc import Iterator

from shared_ecr.model.settings.pull_time_exclusions import ExcludedPrincipal
from shared_ecr.review.deployments import Resource
from shared_ecr.review.findings import RuleFinding
from shared_ecr.review.rules.settings.shapes import Shapes


def exclusion(resource: Resource) -> Iterator[RuleFinding]:
    """Judge one exclusion."""
    shapes = Shapes()
    shapes.parsed(resource.properties.get("PrincipalArn"), "PrincipalArn", ExcludedPrincipal.parse)
    yield from shapes.found

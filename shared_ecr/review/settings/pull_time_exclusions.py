"""Principals whose pulls do not count: images that only they pull look unused to rules that count pulls.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
"""

from collections.abc import Iterator

from shared_ecr.model.lifecycle.rules import PulledAge
from shared_ecr.model.settings.pull_time_exclusions import EXCLUSION, MAX_EXCLUSIONS, ExcludedPrincipal
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.changes.verdicts.rows import always, loses
from shared_ecr.review.deployments import Deployment, RegistryHome, Resource, Stack
from shared_ecr.review.findings import RuleFinding, note, warning
from shared_ecr.review.repositories import repositories
from shared_ecr.review.rules.settings.shapes import Shapes
from shared_ecr.review.settings.reviewed_setting import ResourceLimit, ReviewedSetting
from shared_ecr.review.verdict import Happening


def _judged(_: Stack, resource: Resource) -> Iterator[RuleFinding]:
    """Judge one exclusion."""
    shapes = Shapes()
    shapes.parsed(resource.properties.get("PrincipalArn"), "PrincipalArn", ExcludedPrincipal.parse)
    yield from shapes.found


def _changed(case: SettingCase, after: Deployment) -> Iterator[RuleFinding]:
    """Find a principal that is excluded from now on, where a lifecycle rule counts pulls."""
    if case.happening in {Happening.CREATED, Happening.REPLACED} and case.after:
        affected = sorted(_counting_pulls(after, case.after.resource.home))
        make, where = (warning, f"a rule of {', '.join(affected)} counts pulls") if affected else (note, "")
        yield make(
            "pull-exclusion-added", f"pulls by the principal no longer count{where and f', and {where}'}",
            "Images that only this principal pulls look unused: rules with sinceImagePulled archive them",
            "Exclude only principals that pull every image, such as scanners",
        )  # fmt: skip


def _counting_pulls(after: Deployment, home: RegistryHome) -> Iterator[str]:
    for each in repositories(after):
        if each.home == home and each.lifecycle and any(isinstance(r.count, PulledAge) for r in each.lifecycle.rules):
            yield each.name


REVIEWED = ReviewedSetting(
    EXCLUSION.type,
    _judged,
    _changed,
    {"PrincipalArn": always(loses("pull-exclusion-added"))},
    ResourceLimit(MAX_EXCLUSIONS, "exclusion-number"),
)

"""Principals whose pulls no longer count: images that only they pull look unused to rules that count pulls.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
"""

from collections.abc import Iterable, Iterator

from shared_ecr.model.lifecycle.rules import PulledAge
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.deployments import Deployment, RegistryHome
from shared_ecr.review.findings import ReviewFinding, note, warning
from shared_ecr.review.repositories import repositories
from shared_ecr.review.verdict import Happening

EXCLUSION = "AWS::ECR::PullTimeUpdateExclusion"


def exclusions_added(cases: Iterable[SettingCase], after: Deployment) -> Iterator[ReviewFinding]:
    """Find principals that are excluded from now on, where a lifecycle rule counts pulls."""
    for case in cases:
        is_added = case.happening in {Happening.CREATED, Happening.REPLACED}
        if case.type == EXCLUSION and is_added and case.after and not case.is_elsewhere:
            affected = sorted(_counting_pulls(after, case.after.resource.home))
            make, where = (warning, f"a rule of {', '.join(affected)} counts pulls") if affected else (note, "")
            yield make(
                "pull-exclusion-added", f"pulls by the principal no longer count{where and f', and {where}'}",
                "Images that only this principal pulls look unused: rules with sinceImagePulled archive them",
                "Exclude only principals that pull every image, such as scanners",
            ).about(case.what, case.after.resource)  # fmt: skip


def _counting_pulls(after: Deployment, home: RegistryHome) -> Iterator[str]:
    for each in repositories(after):
        if each.home == home and each.lifecycle and any(isinstance(r.count, PulledAge) for r in each.lifecycle.rules):
            yield each.name

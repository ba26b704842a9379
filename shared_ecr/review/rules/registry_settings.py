"""The settings of registries: each resource by itself, and how many of a kind there are."""

from collections import Counter
from collections.abc import Iterator

from shared_ecr.review.findings import ReviewFinding, error
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.review.rules.singletons import singleton_of
from shared_ecr.review.settings.reviewed_setting import reviewed_settings


def settings(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge every setting of a registry."""
    rows = reviewed_settings()
    for stack in scene.deployment.stacks:
        for resource in stack.resources:
            row = rows.get(resource.type)
            if row and row.judged:
                thing = singleton_of(resource)
                subject = thing.name if thing else f"<{resource.origin.logical_id}>"
                yield from (found.about(subject, resource) for found in row.judged(stack, resource))


def numbers(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge how many settings of a kind one registry, or one account, would have."""
    for type_, row in reviewed_settings().items():
        found = [resource for _, resource in scene.deployment.resources(type_)]
        counts = Counter(each.home for each in found)
        for home, number in counts.items():
            if row.limit and number > row.limit.number:
                last = [each for each in found if each.home == home][-1]
                what = f"{number} {row.plural} in {home}; {row.limit.number} are allowed"
                yield error(row.limit.code, what, "ECR refuses the rest", "Remove some").about(row.plural, last)

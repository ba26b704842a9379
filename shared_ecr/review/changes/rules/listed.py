"""Changes of properties that only the table judges, and of properties that it does not know."""

from collections.abc import Iterator

from shared_ecr.review.changes.cases import RepositoryPair, ReviewContext
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.changes.verdicts.rows import LISTED, ChangeEffect
from shared_ecr.review.changes.verdicts.table import changed_paths
from shared_ecr.review.deployments import Resource
from shared_ecr.review.findings import RuleFinding, error, warning

_OF_ECR = "AWS::ECR::"


def listed_in_repository(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find changes of a repository that no other rule judges."""
    yield from listed_changes(case.before.resource, case.after.resource)


def listed_in_setting(case: SettingCase) -> Iterator[RuleFinding]:
    """Find changes of a setting that no other rule judges."""
    if case.before and case.after:
        yield from listed_changes(case.before.resource, case.after.resource)


def listed_changes(before: Resource, after: Resource) -> Iterator[RuleFinding]:
    """Find changes that only the table of properties judges; what the table does not know is not taken for harmless."""
    if before.properties == after.properties:
        return
    for path, verdict in changed_paths(before, after):
        if verdict is None:
            if before.type.startswith(_OF_ECR):
                yield error(
                    "property-not-judged", f"{path} changes, and this review does not know the property",
                    "It can delete images or give access, and no rule of this review checks it",
                    "Review it by hand, and acknowledge it; or use a newer version of this program",
                )  # fmt: skip
        elif verdict.is_listed:
            make = error if verdict.effect is ChangeEffect.DANGEROUS else warning
            yield make(LISTED, f"{path} changes", verdict.why, "Check that it is intended")

"""What a change hides of who has access: parts that `access --against` cannot compare, and that are new or change."""

from collections.abc import Iterator
from pathlib import Path

from shared_ecr.findings import Severity
from shared_ecr.review.changes.rules.custom_resources import calls_made, custom_resources_changed
from shared_ecr.review.changes.rules.unknown_types import unknown_types_changed
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents import DeploymentTarget, open_deployment
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.hidden import hidden_now
from shared_ecr.review.rules.service_calls import calls_of_services_changed
from shared_ecr.review.worlds import explore

# Properties of repositories and settings of which it does not matter for access that they are not known.
_WITHOUT_ACCESS = frozenset({
    "AliasName", "AppliedFor", "CredentialArn", "CustomRoleArn", "DeletionPolicy", "Description", "EmptyOnDelete",
    "Enabled", "EncryptionConfiguration", "ImageScanningConfiguration", "ImageTagMutability",
    "ImageTagMutabilityExclusionFilters", "KeyPolicy", "LifecyclePolicy", "PendingWindowInDays", "PrimaryKeyArn",
    "ReplicationConfiguration", "RepositoryCatalogData", "Rules", "ScanType", "TargetKeyId", "UpdateReplacePolicy",
})  # fmt: skip


def unread_access(path: Path, previous: Path, place: DeploymentTarget) -> list[ReviewFinding]:
    """Return a finding for each part of *path* that can give access, is not judged, and was not so at *previous*.

    Raises:
        InvalidDocumentError: one of them is nothing that deploys.
    """
    found: dict[tuple[str, str, str], ReviewFinding] = {}
    for world in explore([open_deployment(path, place), open_deployment(previous, place)]).worlds:
        after, before = world.deployments
        for each in _found(before, after):
            if each.severity is Severity.ERROR and each.what.partition(":")[0] not in _WITHOUT_ACCESS:
                found.setdefault((each.code, each.subject, each.what), each)
    return list(found.values())


def _found(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    yield from hidden_now(before, after)
    yield from unknown_types_changed(before, after)
    yield from custom_resources_changed(before, after)
    yield from calls_of_services_changed(before, after)
    yield from (each for each in calls_made(before, after) if each.code == "custom-resource-not-judged")

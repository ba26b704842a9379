"""Whether images are scanned: by the registry's configuration, or by the repository's own property."""

from collections.abc import Iterator

from shared_ecr.model.settings.scanning import ScanType
from shared_ecr.review.deployments import is_known
from shared_ecr.review.findings import ReviewFinding, RuleFinding, warning
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.review.rules.settings.scanning import ReadScanning

_CONTROLS = "Security Hub's ECR.1 and Control Tower's CT.ECR.PR.2 require a scan"


def unscanned(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge repositories whose images nothing scans when they are pushed."""
    for repository in scene.repositories:
        found = _judged(repository, scene.scanning.get(repository.home))
        if found:
            yield found.about(repository.name, repository.resource)


def _judged(repository: ReviewedRepository, registry: ReadScanning | None) -> RuleFinding | None:
    if registry is None:
        written = repository.resource.properties.get("ImageScanningConfiguration")
        if repository.scan_on_push or not is_known(written):
            return None
        scan = written.get("ScanOnPush") if isinstance(written, dict) else None
        off = "ScanOnPush is not set" if scan is None else "ScanOnPush is false"
        return warning(
            "scanning-off", "nothing in this deployment scans images when they are pushed",
            f"{off}, and this deployment has no scanning configuration of the registry; {_CONTROLS}",
            "Write ImageScanningConfiguration: {ScanOnPush: true}, or let the registry scan",
        )  # fmt: skip
    if not registry.is_known or registry.covers(repository.name if repository.is_named else None):
        return None
    if registry.type != ScanType.ENHANCED and repository.scan_on_push:
        return None
    otherwise = "not scanned at all" if registry.type == ScanType.ENHANCED else "scanned only by hand"
    return warning(
        "scanning-off", f"no rule of the registry's {registry.type} scanning covers it",
        f"What no rule covers is {otherwise}; {_CONTROLS}", "Add a filter for it to the scanning configuration",
    )  # fmt: skip

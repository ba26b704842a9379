"""Image scans: StartImageScan and DescribeImageScanFindings, with results that a test or a demonstration gives.

Nothing is scanned here. An image has the results that `inject` was given for it, one for each look and the last one for
good; a scan that is started without any fails, so that nothing passes for clean by accident.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ministack.core.responses import get_account_id, request_scope

from shared_ecr.local import hooks
from shared_ecr.local.clock import Clock
from shared_ecr.local.ecr.answers import RequestBody, ServiceError, new_store, page, reply
from shared_ecr.local.ecr.api_operations import served_by
from shared_ecr.records import field, record

# A look: the status and the findings as ECR answers them, or the code of an error.
Look = Mapping[str, Any] | str
_RESULTS_AT_MOST = 1000
_RESULTS_BY_DEFAULT = 100
# One basic scan of an image in this time.
_BETWEEN_SCANS = timedelta(hours=24)
_NOTHING_IS_SCANNED: tuple[Look, ...] = (
    {"imageScanStatus": {"status": "IN_PROGRESS"}},
    {"imageScanStatus": {"status": "FAILED", "description": "The embedded AWS scans nothing; give it a result."}},
)


@record(frozen=False)
class _ImageScan:
    """The results still to be shown of one image, and what a start of a scan is answered."""

    looks: list[Look] = field(default_factory=list)
    start: str = ""
    """The code of the error that a start is answered with; empty where it is accepted."""
    started_at: datetime | None = None
    completed_at: float | None = None
    """When an answer without its own time was first given as complete."""


# In place of a digest: each image of the repository that has no results of its own.
_EVERY_IMAGE = "*"
# By repository and digest.
_scans = new_store()


def inject(document: Mapping[str, Any]) -> None:
    """Take the results and the coverage of *document* for its account and Region; earlier ones are replaced.

    Raises:
        KeyError, TypeError, ValueError: the document does not have the shape of `probe.give_scan_results`.
    """
    with request_scope(str(document["account"]), str(document["region"])):
        for each in document.get("scans", ()):
            key = (str(each["repositoryName"]), str(each.get("imageDigest") or _EVERY_IMAGE))
            _scans[key] = _ImageScan(list(each["looks"]), str(each.get("start") or ""))
        if "coverage" in document:
            hooks.INSPECTOR_COVERAGE.read()[document["account"]] = list(document["coverage"])


class ImageScans:
    """The two operations on the scan of an image."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def install(self) -> None:
        """Answer the two operations before MiniStack says that it does not know them."""
        hooks.API_REQUEST.wrap(
            served_by(
                {
                    "StartImageScan": lambda request: reply(self.start(request, _digest(request))),
                    "DescribeImageScanFindings": lambda request: reply(self.describe(request, _digest(request))),
                }
            )
        )

    def start(self, request: RequestBody, digest: str) -> RequestBody:
        """Accept a scan, once in 24 hours of this AWS's clock."""
        scan = _scan_of(request, digest)
        if scan is None:
            scan = _scans[request["repositoryName"], digest] = _ImageScan()
        if scan.start:
            raise ServiceError(scan.start, f"The scan was refused: {scan.start}")
        now = self._clock.now()
        if scan.started_at is not None and now - scan.started_at < _BETWEEN_SCANS:
            raise ServiceError(
                "LimitExceededException", "The scan quota per image has been exceeded. Wait and try again."
            )
        scan.started_at = now
        scan.looks = scan.looks or list(_NOTHING_IS_SCANNED)
        return {**_head(request, digest), "imageScanStatus": {"status": "IN_PROGRESS"}}

    def describe(self, request: RequestBody, digest: str) -> RequestBody:
        """Show the next result; the pages of one result are of one look."""
        scan = _scan_of(request, digest)
        if scan is None or not scan.looks:
            raise ServiceError(
                "ScanNotFoundException", f"Image scan does not exist for the image with '{digest}' in the repository"
            )
        is_next = not request.get("nextToken") and len(scan.looks) > 1
        look = scan.looks.pop(0) if is_next else scan.looks[0]
        if isinstance(look, str):
            raise ServiceError(look, f"The answer was given to be {look}")
        if look["imageScanStatus"]["status"] == "COMPLETE":
            scan.completed_at = scan.completed_at or self._clock.now().timestamp()
        return _head(request, digest) | _page(look, request, scan.completed_at)


def _scan_of(request: RequestBody, digest: str) -> _ImageScan | None:
    """Return the scan of an image; what every image of the repository has is copied for it at its first use."""
    name = request["repositoryName"]
    scan: _ImageScan | None = _scans.get((name, digest))
    common: _ImageScan | None = _scans.get((name, _EVERY_IMAGE))
    if scan is None and common is not None:
        scan = _scans[name, digest] = _ImageScan(list(common.looks), common.start)
    return scan


def _page(look: Mapping[str, Any], request: RequestBody, completed_at: float | None) -> RequestBody:
    """Render a look; *completed_at* is when a scan was completed that does not say it itself."""
    findings = look.get("imageScanFindings", {})
    listed = [("findings", each) for each in findings.get("findings", ())]
    listed += [("enhancedFindings", each) for each in findings.get("enhancedFindings", ())]
    most = min(int(request.get("maxResults") or _RESULTS_BY_DEFAULT), _RESULTS_AT_MOST)
    shown = page("shown", listed, {**request, "maxResults": most}, most)
    rest = {key: value for key, value in findings.items() if key not in {"findings", "enhancedFindings"}}
    if look["imageScanStatus"]["status"] == "COMPLETE":
        rest.setdefault("imageScanCompletedAt", completed_at)
    lists: dict[str, list[object]] = {key: [] for key in ("findings", "enhancedFindings") if key in findings}
    for key, each in shown.pop("shown"):
        lists[key].append(each)
    return {"imageScanStatus": look["imageScanStatus"], "imageScanFindings": rest | lists, **shown}


def _head(request: RequestBody, digest: str) -> RequestBody:
    return {
        "registryId": get_account_id(),
        "repositoryName": request["repositoryName"],
        "imageId": {**request["imageId"], "imageDigest": digest},
    }


def _digest(request: RequestBody) -> str:
    """Return the digest of the image that is meant.

    Raises:
        ServiceError: there is no such repository or no such image.
    """
    name, wanted = request["repositoryName"], request["imageId"]
    if name not in hooks.REPOSITORIES.read():
        raise ServiceError("RepositoryNotFoundException", f"The repository with name '{name}' does not exist")
    for image in hooks.IMAGES.read().get(name, []):
        is_digest = wanted.get("imageDigest") in {None, image["imageDigest"]}
        if wanted and is_digest and wanted.get("imageTag") in {None, *image.get("imageTags", ())}:
            return str(image["imageDigest"])
    raise ServiceError(
        "ImageNotFoundException", f"The image with imageId {json.dumps(wanted)} does not exist in '{name}'"
    )

"""The states of an image scan, and what each means for a gate.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html
"""

from collections.abc import Mapping
from enum import Enum, auto

from shared_ecr.records import record


class ScanProgress(Enum):
    """What can be expected of a scan."""

    RUNNING = auto()
    DONE = auto()
    NOT_SCANNED = auto()


@record
class ScanStatusMeaning:
    """What a status means, and for one without findings why there are none."""

    progress: ScanProgress
    why: str = ""


_RUNNING, _DONE = ScanStatusMeaning(ScanProgress.RUNNING), ScanStatusMeaning(ScanProgress.DONE)


def _not_scanned(why: str) -> ScanStatusMeaning:
    return ScanStatusMeaning(ScanProgress.NOT_SCANNED, why)


BASIC_DONE, CONTINUOUS = "COMPLETE", "ACTIVE"
# A test compares the keys with botocore's model. IMAGE_SIZE_EXCEEDED is in the API and not yet in every model.
STATUSES: Mapping[str, ScanStatusMeaning] = {
    "PENDING": _RUNNING,
    "IN_PROGRESS": _RUNNING,
    BASIC_DONE: _DONE,
    CONTINUOUS: _DONE,
    "FAILED": _not_scanned("the scan failed"),
    "UNSUPPORTED_IMAGE": _not_scanned("scans do not support the operating system or the format of the image"),
    "SCAN_ELIGIBILITY_EXPIRED": _not_scanned(
        "the image is older than the time for which Inspector scans images again, so its findings are not current"
    ),
    "FINDINGS_UNAVAILABLE": _not_scanned("the findings are not available"),
    "LIMIT_EXCEEDED": _not_scanned("the account has reached the limit of scans"),
    "IMAGE_ARCHIVED": _not_scanned("the image is archived, and archived images are not scanned"),
    "IMAGE_SIZE_EXCEEDED": _not_scanned("the image is larger than what is scanned"),
}


def meaning_of(status: str) -> ScanStatusMeaning:
    """Return what *status* means; one that this version does not know is not a result of a scan."""
    return STATUSES.get(status) or _not_scanned(f"the status {status or 'without a name'} is not known to this version")

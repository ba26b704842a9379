"""What is known of the scan of an image: for each of its platforms a result, or why there is none."""

from collections import Counter
from datetime import datetime

from shared_ecr.findings.vulnerabilities.severities import VulnerabilitySeverity
from shared_ecr.findings.vulnerabilities.vulnerability import Vulnerability
from shared_ecr.records import record


@record
class CompletedScan:
    """A scan with its result."""

    vulnerabilities: tuple[Vulnerability, ...]
    completed_at: datetime | None = None
    note: str = ""
    """What limits the result, as a sentence; empty where nothing does."""

    @property
    def counts(self) -> dict[VulnerabilitySeverity, int]:
        """How many there are of each severity, the highest first; severities without any are left out."""
        found = Counter(each.severity for each in self.vulnerabilities)
        return {severity: found[severity] for severity in VulnerabilitySeverity if found[severity]}


@record
class MissingScan:
    """No scan has a result, and waiting brings none."""

    why: str


@record
class UnfinishedScan:
    """A scan runs, and it did not end in the time that there was."""

    why: str


ScanOutcome = CompletedScan | MissingScan | UnfinishedScan


@record
class PlatformScan:
    """The image for one platform, and what its scan found."""

    digest: str
    platform: str
    """`linux/amd64`; empty for an image without an index."""
    outcome: ScanOutcome


@record
class ScannedImage:
    """An image as it was named, by its digest, with the scans of its platforms."""

    reference: str
    repository: str
    digest: str
    kind: str
    """`basic` or `enhanced`."""
    platforms: tuple[PlatformScan, ...]
    """Empty where an index lists no image."""

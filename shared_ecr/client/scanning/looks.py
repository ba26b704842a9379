"""One question to ECR about the scan of one image, and the start of a basic scan.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html,
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartImageScan.html
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.client.aws.page_tokens import PageTokens
from shared_ecr.client.scanning.answers import read_basic, read_enhanced
from shared_ecr.findings.errors import RefusedError
from shared_ecr.findings.vulnerabilities.vulnerability import Vulnerability
from shared_ecr.model.names import Digest, EcrRegistry
from shared_ecr.records import field, record

if TYPE_CHECKING:
    from shared_ecr.client.aws.clients import AwsClients

# The most that one answer holds.
PAGE = 1000


@record
class ScanLook:
    """What ECR says of a scan at one moment."""

    status: str
    description: str = ""
    basic: tuple[Vulnerability, ...] = ()
    enhanced: tuple[Vulnerability, ...] = ()
    counted: int = 0
    """How many findings the answer counts; more than it lists where the list comes later."""
    completed_at: datetime | None = field(default=None, compare=False)
    """When the last scan ended. Inspector scans again, so two looks are equal where they differ in this alone."""

    @property
    def vulnerabilities(self) -> tuple[Vulnerability, ...]:
        """All that it lists, of whichever kind."""
        return (*self.enhanced, *self.basic)

    @property
    def is_contradictory(self) -> bool:
        """Whether it counts more findings than it lists."""
        return self.counted > len(self.vulnerabilities)


class StartedScan(Enum):
    """What came of the wish to start a scan."""

    STARTED = auto()
    LIMITED = auto()
    """ECR starts one scan of an image in 24 hours, and 100,000 scans of an account."""
    UNSUPPORTED = auto()
    ARCHIVED = auto()


_NOT_STARTED = {
    "LimitExceededException": StartedScan.LIMITED,
    "UnsupportedImageTypeException": StartedScan.UNSUPPORTED,
    "ImageArchivedException": StartedScan.ARCHIVED,
}


@record
class ScanClient:
    """Asks about one image, always by its digest: a tag that moves meanwhile changes nothing."""

    clients: "AwsClients"
    registry: EcrRegistry
    repository: str
    digest: Digest

    def look(self) -> ScanLook | None:
        """Return what ECR says now, all pages of it; None where it has no scan of the image.

        Raises:
            RefusedError: there is no such image, or the caller lacks ecr:DescribeImageScanFindings.
            UnavailableError: no credentials any more, no network, or throttled to the end.
        """
        try:
            first = self._page("")
            answer = first
            basic, enhanced = list(_basic(first)), list(_enhanced(first))
            tokens = PageTokens(f"ecr:DescribeImageScanFindings of {self.repository}")
            while token := tokens.following(answer):
                answer = self._page(token)
                basic += _basic(answer)
                enhanced += _enhanced(answer)
        except AwsRefusedError as refusal:
            if refusal.code == "ScanNotFoundException":
                return None
            if refusal.code == "ImageNotFoundException":
                raise RefusedError(
                    f"{self.registry.host}/{self.repository} has no image {self.digest} any more; it was deleted"
                ) from refusal
            raise
        status, findings = first.get("imageScanStatus", {}), first.get("imageScanFindings", {})
        return ScanLook(
            status.get("status", ""),
            status.get("description", ""),
            tuple(basic),
            tuple(enhanced),
            sum(findings.get("findingSeverityCounts", {}).values()),
            findings.get("imageScanCompletedAt"),
        )

    def start(self) -> StartedScan:
        """Start a basic scan, or say why ECR starts none.

        Raises:
            RefusedError: the caller lacks ecr:StartImageScan.
            UnavailableError: no credentials, no network, or throttled to the end.
        """
        try:
            with asking_aws(f"ecr:StartImageScan of {self.repository} in {self.registry.region}"):
                self._ecr().start_image_scan(**self._image())
        except AwsRefusedError as refusal:
            if refusal.code in _NOT_STARTED:
                return _NOT_STARTED[refusal.code]
            raise
        return StartedScan.STARTED

    def _page(self, token: str) -> Mapping[str, Any]:
        page = {"nextToken": token} if token else {}
        with asking_aws(f"ecr:DescribeImageScanFindings of {self.repository} in {self.registry.region}"):
            answer: Mapping[str, Any] = self._ecr().describe_image_scan_findings(
                **self._image(), maxResults=PAGE, **page
            )
        return answer

    def _image(self) -> dict[str, Any]:
        return {
            "registryId": self.registry.account.digits,
            "repositoryName": self.repository,
            "imageId": {"imageDigest": self.digest.text},
        }

    def _ecr(self) -> Any:
        registry = self.registry
        return self.clients.ecr(registry.region, fips=registry.fips, dual_stack=registry.dual_stack)


def _basic(answer: Mapping[str, Any]) -> "tuple[Vulnerability, ...]":
    return tuple(map(read_basic, answer.get("imageScanFindings", {}).get("findings") or ()))


def _enhanced(answer: Mapping[str, Any]) -> "tuple[Vulnerability, ...]":
    return tuple(map(read_enhanced, answer.get("imageScanFindings", {}).get("enhancedFindings") or ()))

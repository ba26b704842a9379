"""The findings of ECR and of Inspector as vulnerabilities; a part that is missing is unknown, never harmless.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFinding.html,
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_EnhancedImageScanFinding.html
"""

from collections.abc import Mapping
from typing import Any

from shared_ecr.findings.vulnerabilities.severities import VulnerabilitySeverity, read_severity
from shared_ecr.findings.vulnerabilities.vulnerability import (
    FIX_OF_AWS,
    STATUS_OF_AWS,
    FixAvailability,
    Vulnerability,
    VulnerabilityStatus,
    VulnerablePackage,
)

_NAMELESS = "finding-without-id"
# What Inspector writes where no version has a fix.
_NO_VERSION = frozenset({"", "NotAvailable"})


def read_basic(finding: Mapping[str, Any]) -> Vulnerability:
    """Read a finding of basic scanning, which does not say whether a fix exists."""
    attributes = {each.get("key", ""): each.get("value", "") for each in finding.get("attributes") or ()}
    package = attributes.get("package_name", "")
    word = finding.get("severity", "")
    return Vulnerability(
        finding.get("name") or _NAMELESS,
        severity := read_severity(word),
        (VulnerablePackage(package, attributes.get("package_version", "")),) if package else (),
        title=" ".join((finding.get("description") or "").split()),
        url=finding.get("uri", ""),
        said_severity=word if severity is VulnerabilitySeverity.UNKNOWN else "",
    )


def read_enhanced(finding: Mapping[str, Any]) -> Vulnerability:
    """Read a finding of Inspector."""
    details = finding.get("packageVulnerabilityDetails") or {}
    word = finding.get("severity", "")
    return Vulnerability(
        details.get("vulnerabilityId") or finding.get("title") or _NAMELESS,
        severity := read_severity(word),
        tuple(sorted({_package(each) for each in details.get("vulnerablePackages") or ()})),
        FIX_OF_AWS.get(finding.get("fixAvailable", ""), FixAvailability.UNKNOWN),
        STATUS_OF_AWS.get(finding.get("status", ""), VulnerabilityStatus.OPEN),
        finding.get("title", ""),
        details.get("sourceUrl", ""),
        word if severity is VulnerabilitySeverity.UNKNOWN else "",
    )


def _package(package: Mapping[str, Any]) -> VulnerablePackage:
    release = package.get("release", "")
    version = "-".join(part for part in (package.get("version", ""), release) if part)
    fixed = package.get("fixedInVersion", "")
    return VulnerablePackage(package.get("name", ""), version, "" if fixed in _NO_VERSION else fixed)

"""Images with scans, and a gate, for tests of what is decided and printed."""

from datetime import UTC, date, datetime
from typing import Any

from shared_ecr.findings.vulnerabilities.gate import ImageVerdict, ScanGate, judge
from shared_ecr.findings.vulnerabilities.scans import CompletedScan, PlatformScan, ScannedImage, ScanOutcome
from shared_ecr.findings.vulnerabilities.severities import VulnerabilitySeverity
from shared_ecr.findings.vulnerabilities.vulnerability import Vulnerability, VulnerablePackage

TODAY = date(2026, 11, 30)


def vulnerability(
    severity: VulnerabilitySeverity = VulnerabilitySeverity.HIGH, name: str = "CVE-2026-1", **more: Any
) -> Vulnerability:
    return Vulnerability(name, severity, (VulnerablePackage("openssl", "3.0.1", "3.0.2"),), **more)


def completed(*found: Vulnerability) -> CompletedScan:
    return CompletedScan(found, datetime(2026, 11, 30, 9, 30, tzinfo=UTC))


def scanned(*outcomes: ScanOutcome, reference: str = "team/app:1") -> ScannedImage:
    platforms = ("linux/amd64", "linux/arm64", "linux/s390x")
    scans = tuple(PlatformScan(f"sha256:{i:064}", platforms[i], each) for i, each in enumerate(outcomes))
    return ScannedImage(reference, "team/app", f"sha256:{9:064}", "enhanced", scans)


def gate(fail_on: VulnerabilitySeverity = VulnerabilitySeverity.HIGH, **more: Any) -> ScanGate:
    return ScanGate(fail_on, TODAY, **more)


def verdict(*outcomes: ScanOutcome, **more: Any) -> ImageVerdict:
    return judge(scanned(*outcomes), gate(**more))

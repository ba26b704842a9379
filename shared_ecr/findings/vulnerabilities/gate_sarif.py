"""The verdicts of a gate as SARIF 2.1.0, for code scanning.

An image has no line in a file, so the place of a result is the repository as a path; the image is its logical place.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from shared_ecr.findings.finding import JudgedFinding
from shared_ecr.findings.sarif import LEVELS, SarifRun, fingerprint
from shared_ecr.findings.vulnerabilities.gate import ImageVerdict, ScanFinding
from shared_ecr.findings.vulnerabilities.scans import ScannedImage
from shared_ecr.findings.vulnerabilities.severities import VulnerabilitySeverity
from shared_ecr.text import visible

# GitHub sorts by a number: over 9 is critical, from 7 high, from 4 medium, the rest low.
_SCORES = {
    VulnerabilitySeverity.CRITICAL: "9.5",
    VulnerabilitySeverity.HIGH: "8.0",
    VulnerabilitySeverity.MEDIUM: "5.0",
    VulnerabilitySeverity.LOW: "2.0",
    VulnerabilitySeverity.INFORMATIONAL: "0.1",
    VulnerabilitySeverity.UNRATED: "9.5",
    VulnerabilitySeverity.UNKNOWN: "9.5",
}


def sarif_document(verdicts: Sequence[ImageVerdict], version: str) -> dict[str, Any]:
    """Render the findings of *verdicts*; *version* is this package's."""
    rules: dict[str, ScanFinding] = {}
    for verdict in verdicts:
        for judged in verdict.findings:
            rules.setdefault(judged.finding.code, judged.finding)
    numbers = {code: number for number, code in enumerate(rules)}
    unfinished = [_notification(verdict.image, each.platform) for verdict in verdicts for each in verdict.unfinished]
    return SarifRun(
        version,
        rules=[_rule(code, finding) for code, finding in rules.items()],
        results=[
            _result(judged, verdict.image, numbers[judged.finding.code])
            for verdict in verdicts
            for judged in verdict.findings
        ],
        notifications=unfinished,
        is_successful=not unfinished,
    ).document()


def _rule(code: str, finding: ScanFinding) -> dict[str, Any]:
    vulnerability = finding.vulnerability
    if vulnerability is None:
        return {"id": code, "shortDescription": {"text": "the image is not scanned"}}
    rule: dict[str, Any] = {
        "id": code,
        "shortDescription": {"text": visible(vulnerability.title or code)},
        "properties": {"security-severity": _SCORES[vulnerability.severity], "tags": ["security", "vulnerability"]},
    }
    if urlsplit(vulnerability.url).scheme == "https":
        rule["helpUri"] = quote(vulnerability.url, safe=":/?&=#%+~,;@!$'()*")
    return rule


def _result(judged: JudgedFinding[ScanFinding], image: ScannedImage, rule: int) -> dict[str, Any]:
    finding = judged.finding
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": visible(f"{finding.place}: {judged.sentences}")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(image.repository)},
                    "region": {"startLine": 1, "startColumn": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": visible(finding.place), "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"sharedEcrScan/v1": _fingerprint(finding, image)},
    }
    if judged.acknowledgement:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": judged.acknowledgement.reason}
        ]
    return result


def _notification(image: ScannedImage, platform: str) -> dict[str, Any]:
    place = f"{image.reference} ({platform})" if platform else image.reference
    return {"level": "error", "message": {"text": visible(f"{place}: the scan did not end in time")}}


def _fingerprint(finding: ScanFinding, image: ScannedImage) -> str:
    """Recognize a vulnerability in the next image of the repository: neither tag nor digest is part of it."""
    packages = finding.vulnerability.packages if finding.vulnerability else ()
    return fingerprint(finding.code, image.repository, finding.platform, *sorted(each.name for each in packages))

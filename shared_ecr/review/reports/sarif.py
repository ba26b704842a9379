"""The findings as SARIF 2.1.0, for code scanning that shows them beside the line that causes them.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import hashlib
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from shared_ecr.findings import JudgedFinding, Severity
from shared_ecr.review.deployments import Origin
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.verdict import ReviewResult

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def render_sarif(verdict: ReviewResult, version: str) -> dict[str, Any]:
    """Render the findings of *verdict*; *version* is this package's."""
    codes = sorted({judged.finding.code for judged in verdict.findings})
    driver = {
        "name": "shared-ecr",
        "semanticVersion": version,
        "rules": [{"id": code, "shortDescription": {"text": code.replace("-", " ")}} for code in codes],
    }
    notifications = [{"level": "warning", "message": {"text": f"not judged: {doubt}"}} for doubt in verdict.doubts]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
                "results": [_result(judged, codes.index(judged.finding.code)) for judged in verdict.findings],
            }
        ],
    }


def _result(judged: JudgedFinding[ReviewFinding], rule: int) -> dict[str, Any]:
    finding = judged.finding
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": "\n".join([f"{finding.subject}: {judged.sentences}", *finding.details])},
        "partialFingerprints": {"sharedEcr/v1": _fingerprint(judged)},
        "baselineState": "unchanged" if judged.is_old else "new",
    }
    if finding.origin:
        result["locations"] = [_location(finding.origin)]
    if judged.acknowledgement:
        result["suppressions"] = [
            {"kind": "inSource", "status": "accepted", "justification": judged.acknowledgement.reason}
        ]
    return result


def _location(origin: Origin) -> dict[str, Any]:
    place = origin.declared or origin.position
    file = origin.declared.file if origin.declared else origin.file
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(PurePath(file).as_posix())}}
    if place:
        physical["region"] = {"startLine": place.line, "startColumn": place.column}
    name = origin.construct_path or f"{origin.stack}/{origin.logical_id}".rstrip("/")
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": name, "kind": "resource"}]}


def _fingerprint(judged: JudgedFinding[ReviewFinding]) -> str:
    """Show a finding from the others wherever its line moves to."""
    finding = judged.finding
    identity = "\0".join((finding.code, str(finding.home), finding.subject, finding.what))
    return hashlib.sha256(identity.encode()).hexdigest()[:32]

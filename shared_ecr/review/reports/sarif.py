"""The findings as SARIF 2.1.0, for code scanning that shows them beside the line that causes them."""

from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from shared_ecr.findings import JudgedFinding
from shared_ecr.findings.sarif import LEVELS, SarifRun, fingerprint
from shared_ecr.review.deployments import Origin
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.verdict import ReviewResult


def render_sarif(verdict: ReviewResult, version: str) -> dict[str, Any]:
    """Render the findings of *verdict*; *version* is this package's."""
    codes = sorted({judged.finding.code for judged in verdict.findings})
    return SarifRun(
        version,
        rules=[{"id": code, "shortDescription": {"text": code.replace("-", " ")}} for code in codes],
        results=[_result(judged, codes.index(judged.finding.code)) for judged in verdict.findings],
        notifications=[{"level": "warning", "message": {"text": f"not judged: {doubt}"}} for doubt in verdict.doubts],
    ).document()


def _result(judged: JudgedFinding[ReviewFinding], rule: int) -> dict[str, Any]:
    finding = judged.finding
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
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
    return fingerprint(finding.code, str(finding.home), finding.subject, finding.what)

"""The verdicts of a gate as JSON; the shape is in docs/reference/scan.md."""

from collections.abc import Sequence
from typing import Any, assert_never

from shared_ecr.findings.finding import JudgedFinding
from shared_ecr.findings.vulnerabilities.gate import ImageVerdict, ScanFinding, ScanGate
from shared_ecr.findings.vulnerabilities.scans import CompletedScan, MissingScan, PlatformScan, UnfinishedScan


def json_document(verdicts: Sequence[ImageVerdict], gate: ScanGate) -> dict[str, Any]:
    """Render the gate and every image."""
    return {
        "gate": {
            "fail_on": gate.fail_on.value,
            "unfixed": "count" if gate.counts_unfixed else "ignore",
            "unrated": "count" if gate.counts_unrated else "ignore",
            "unscanned": "ok" if gate.accepts_unscanned else "fail",
        },
        "passes": not any(verdict.exit_code for verdict in verdicts),
        "images": [_image(verdict) for verdict in verdicts],
        "expired": [
            {"finding": each.code, "repository": each.repository, "until": each.until.isoformat()}
            for each in gate.expired
        ],
    }


def _image(verdict: ImageVerdict) -> dict[str, Any]:
    image = verdict.image
    return {
        "image": image.reference,
        "repository": image.repository,
        "digest": image.digest,
        "scanning": image.kind,
        "passes": not verdict.exit_code,
        "platforms": [_platform(each) for each in image.platforms],
        "findings": [_finding(each) for each in verdict.findings],
    }


def _platform(scanned: PlatformScan) -> dict[str, Any]:
    row: dict[str, Any] = {"platform": scanned.platform or None, "digest": scanned.digest}
    match scanned.outcome:
        case CompletedScan(completed_at=at, note=note) as done:
            counts = {str(severity): count for severity, count in done.counts.items()}
            return row | {
                "outcome": "scanned",
                "completed_at": at.isoformat() if at else None,
                "note": note or None,
                "counts": counts,
            }
        case MissingScan(why):
            return row | {"outcome": "not_scanned", "why": why}
        case UnfinishedScan(why):
            return row | {"outcome": "not_done", "why": why}
        case _:
            assert_never(scanned.outcome)


def _finding(judged: JudgedFinding[ScanFinding]) -> dict[str, Any]:
    finding, accepted = judged.finding, judged.acknowledgement
    row: dict[str, Any] = {
        "code": finding.code,
        "platform": finding.platform or None,
        "blocks": judged.blocks,
        "what": finding.what,
        "why": finding.why,
        "fix": finding.fix,
        "allowed": {"reason": accepted.reason, "until": accepted.until.isoformat()} if accepted else None,
        "not_allowed_because": judged.acceptance.refused or None,
    }
    if vulnerability := finding.vulnerability:
        row |= {
            "severity": vulnerability.severity.value,
            "fix_available": vulnerability.fix.value,
            "status": vulnerability.status.value,
            "title": vulnerability.title,
            "url": vulnerability.url,
            "packages": [
                {"name": each.name, "version": each.version, "fixed_in": each.fixed_in or None}
                for each in vulnerability.packages
            ],
        }
    return row

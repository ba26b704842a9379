"""The review as JSON: a contract, docs/reference/review.md."""

from typing import Any

from shared_ecr.access.changes import AccessChange
from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.findings import Acknowledgement, JudgedFinding
from shared_ecr.review.deployments import Origin, RegistryHome
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.verdict import CostChange, PropertyChange, RepositoryChange, ReviewResult, SettingChange


def render_document(verdict: ReviewResult) -> dict[str, Any]:
    """Render *verdict*, everything in it."""
    return {
        "source": verdict.source,
        "against": verdict.against,
        "blocks": verdict.blocks,
        "conclusion": str(verdict.conclusion),
        "stacks": list(verdict.stacks),
        "unchanged": verdict.unchanged,
        "repositories": [_repository(change) for change in verdict.repositories],
        "settings": [_setting(change) for change in verdict.settings],
        "findings": [_finding(judged) for judged in verdict.findings],
        "headroom": [
            {"what": each.what, "subject": each.subject, "used": each.used, "limit": each.limit, "unit": each.unit}
            for each in verdict.headroom
        ],
        "storage_cost": _cost(verdict.cost),
        "not_judged": [{"place": doubt.place, "what": doubt.what} for doubt in verdict.doubts],
    }


def _repository(change: RepositoryChange) -> dict[str, Any]:
    return {
        "happening": str(change.happening),
        "name": change.name,
        "world": change.world or None,
        **_home(change.home),
        "origin": _origin(change.origin),
        "differences": [_difference(each) for each in change.differences],
        "access": [_access(each) for each in change.access],
        "images": _images(change.outcome),
    }


def _setting(change: SettingChange) -> dict[str, Any]:
    return {
        "happening": str(change.happening),
        "what": change.what,
        "world": change.world or None,
        **_home(change.home),
        "origin": _origin(change.origin),
        "differences": [_difference(each) for each in change.differences],
    }


def _finding(judged: JudgedFinding[ReviewFinding]) -> dict[str, Any]:
    finding = judged.finding
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "blocks": judged.blocks,
        "was_so_before": judged.is_old,
        "subject": finding.subject,
        **_home(finding.home),
        "origin": _origin(finding.origin) if finding.origin else None,
        "what": finding.what,
        "why": finding.why,
        "fix": finding.fix,
        "details": list(finding.details),
        "acknowledged": _acknowledged(judged.acknowledgement),
        "acknowledged_by_this_change": judged.is_acknowledged_by_the_change,
    }


def _acknowledged(acknowledgement: Acknowledgement | None) -> dict[str, Any] | None:
    if acknowledgement is None:
        return None
    until = None if acknowledgement.holds_until_removed else acknowledgement.until.isoformat()
    return {"reason": acknowledgement.reason, "until": until}


def _difference(difference: PropertyChange) -> dict[str, Any]:
    return {
        "what": difference.what,
        "before": difference.before,
        "after": difference.after,
        "lines": list(difference.lines),
    }


def _access(change: AccessChange) -> dict[str, Any]:
    return {
        "code": change.code,
        "direction": str(change.direction),
        "principal": change.caller.shown,
        "outside": change.is_outside,
        "actions": list(change.actions),
        "context": {key: list(values) for key, values in change.said},
        "statement": change.statement,
        "text": str(change),
    }


def _images(outcome: RepositoryOutcome | None) -> dict[str, Any] | None:
    """Return whose fate changes; null where no inventory shows of any."""
    if outcome is None:
        return None
    changed = [
        {
            "digest": each.image.digest,
            "tags": list(each.image.tags),
            "kind": str(each.kind),
            "before": str(each.before.fate),
            "after": str(each.after.fate),
        }
        for each in outcome.changes
    ]
    return {"count": len(outcome.verdicts), "changed": changed}


def _cost(cost: CostChange | None) -> dict[str, Any] | None:
    """Return what the change does to the cost of storage; null without an inventory."""
    if cost is None:
        return None
    before, after = (
        {"standard_bytes": each.standard_bytes, "archive_bytes": each.archive_bytes}
        for each in (cost.before, cost.after)
    )
    return {
        "before": before,
        "after": after,
        "monthly_change": None if cost.monthly is None else round(cost.monthly, 4),
        "currency": cost.currency,
        "regions_without_price": list(cost.without_price),
        "not_known_for": list(cost.unknown),
    }


def _home(home: RegistryHome) -> dict[str, Any]:
    return {"account": home.account, "region": home.region}


def _origin(origin: Origin) -> dict[str, Any]:
    place = origin.declared or origin.position
    return {
        "file": origin.declared.file if origin.declared else origin.file,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "stack": origin.stack,
        "logical_id": origin.logical_id,
        "construct_path": origin.construct_path or None,
    }

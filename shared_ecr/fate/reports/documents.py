"""The fate of images as JSON: a contract, docs/reference/fate.md."""

from collections.abc import Iterator
from typing import Any

from shared_ecr.fate.changes import PolicyChange
from shared_ecr.fate.costs import Prices, StorageTotal
from shared_ecr.fate.findings import FateFinding
from shared_ecr.fate.forecast import Forecast
from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.fate.reasons import why
from shared_ecr.fate.reports.report import Report
from shared_ecr.fate.verdicts import ImageFate
from shared_ecr.findings import JudgedFinding


def render_report(report: Report) -> dict[str, Any]:
    """Render *report*."""
    return {
        "now": report.at.isoformat(),
        "policies": report.source,
        "against": report.against,
        "repositories": [_repository(outcome, report.prices) for outcome in report.outcomes],
        "findings": [_finding(judged) for judged in report.findings],
        "warnings": [problem.as_json() for problem in report.warnings],
        "blocks": report.blocks,
    }


def _repository(outcome: RepositoryOutcome, prices: Prices) -> dict[str, Any]:
    now, later = outcome.stored_now, outcome.stored_after
    document: dict[str, Any] = {
        "name": outcome.repository.name,
        "account": outcome.repository.account or None,
        "region": outcome.repository.region or None,
        "images": [_image(verdict, outcome) for verdict in outcome.verdicts],
        "summary": {
            "images": now.images,
            "fates": {str(fate): count for fate, count in outcome.fates.items()},
            "may_expire": sum(verdict.may_expire for verdict in outcome.verdicts),
            "in_use": sum(verdict.image.digest in outcome.used for verdict in outcome.verdicts),
            "now": _stored(now, prices),
            "after": _stored(later, prices),
            "currency": prices.currency,
        },
    }
    if outcome.before is not None:
        document["changes"] = list(_changes(outcome.changes))
    if outcome.forecast is not None:
        document["forecast"] = _forecast(outcome.forecast, prices)
    return document


def _image(verdict: ImageFate, outcome: RepositoryOutcome) -> dict[str, Any]:
    image = verdict.image
    return {
        "digest": image.digest,
        "tags": list(image.tags),
        "fate": str(verdict.fate),
        "claimed_by": verdict.claimed_by,
        "acted_by": verdict.acted_by,
        "why": why(verdict),
        "notes": list(verdict.notes),
        "may_expire": verdict.may_expire,
        "may_be_archived": verdict.may_be_archived,
        "pushed_at": image.pushed_at.isoformat(),
        "bytes": image.size,
        "in_use_by": outcome.used.get(image.digest),
    }


def _changes(changed: tuple[PolicyChange, ...]) -> Iterator[dict[str, Any]]:
    for change in changed:
        yield {
            "digest": change.image.digest,
            "tags": list(change.image.tags),
            "kind": str(change.kind),
            **{
                side: {
                    "fate": str(verdict.fate),
                    "claimed_by": verdict.claimed_by,
                    "acted_by": verdict.acted_by,
                    "why": why(verdict),
                }
                for side, verdict in (("before", change.before), ("after", change.after))
            },
        }


def _forecast(forecast: Forecast, prices: Prices) -> dict[str, Any]:
    return {
        "pushes_of_days": forecast.window.days,
        "days": [
            {
                "at": day.at.isoformat(),
                "pushed": day.pushed,
                "expired": day.expired,
                "archived": day.archived,
                "images": day.stored.images,
                **_stored(day.stored, prices),
            }
            for day in forecast.days
        ],
        "left": {"images": len(forecast.left), "known_images_expired": len(forecast.expired_at)},
    }


def _stored(stored: StorageTotal, prices: Prices) -> dict[str, Any]:
    return {
        "images": stored.images,
        "standard_bytes": stored.standard_bytes,
        "archive_bytes": stored.archive_bytes,
        "monthly_cost": round(stored.monthly_cost(prices), 4),
    }


def _finding(judged: JudgedFinding[FateFinding]) -> dict[str, Any]:
    finding, accepted = judged.finding, judged.acknowledgement
    return {
        "code": finding.code,
        "repository": finding.repository,
        "severity": str(finding.severity),
        "what": finding.what,
        "why": finding.why,
        "fix": finding.fix,
        "digests": [image.digest for image in finding.images],
        "blocks": judged.blocks,
        "acknowledged": {"reason": accepted.reason, "until": accepted.until.isoformat()} if accepted else None,
        "acknowledged_by_this_change": judged.is_acknowledged_by_the_change,
    }

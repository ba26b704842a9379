"""The report for a terminal: aligned columns, worst first, findings at the end where they are seen."""

from collections.abc import Iterator, Sequence

from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.fate.reports.report import Report
from shared_ecr.fate.reports.rows import (
    CHANGE_HEAD,
    FORECAST_HEAD,
    HEAD,
    TITLES,
    change_rows,
    difference,
    forecast_rows,
    rows,
    summary,
)
from shared_ecr.text import counted


def render_text(report: Report, *, everything: bool = False) -> str:
    """Render *report*; with *everything* each image has its line, else kept ones are counted."""
    return "\n".join(_lines(report, everything=everything))


def _lines(report: Report, *, everything: bool) -> Iterator[str]:
    yield f"at {report.at.isoformat(timespec='minutes')} by {report.source}"
    for outcome in report.outcomes:
        yield ""
        yield f"{outcome.repository.title}: {summary(outcome, report.prices)}"
        if report.against is not None:
            yield from _changes(outcome, report.against)
        else:
            yield from _fates(outcome, everything=everything)
        if outcome.forecast:
            how = f"as in the last {outcome.forecast.window.days} days" if outcome.forecast.window else "no more"
            yield f"  forecast, if images are pushed {how} and none is pulled:"
            yield from columns(FORECAST_HEAD, forecast_rows(outcome.forecast, report.prices))
    yield ""
    repositories = counted(len(report.outcomes), "repository", "repositories")
    yield (
        f"{repositories}, {counted(report.stored_now.images, 'image')}: "
        f"{difference(report.stored_now, report.stored_after, report.prices)} (layers counted in each image)"
    )
    yield from (str(warning) for warning in report.warnings)
    yield from (str(judged) for judged in report.findings)


def _fates(outcome: RepositoryOutcome, *, everything: bool) -> Iterator[str]:
    shown = rows(outcome, everything=everything)
    if shown.lines:
        yield from columns(HEAD, shown.lines)
    for keeper, count in shown.kept:
        yield f"  {'and' if shown.lines else 'all'} {count} kept by {keeper}"


def _changes(outcome: RepositoryOutcome, against: str) -> Iterator[str]:
    changed = change_rows(outcome.changes)
    if not changed:
        yield f"  nothing changes against {against}"
    for kind, lines in changed:
        yield f"  {TITLES[kind]} ({len(lines)}):"
        yield from columns(CHANGE_HEAD, lines)


def columns(head: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Render *lines* under *head*, the last column as long as it likes."""
    widths = [max(len(line[number]) for line in (head, *lines)) for number in range(len(head) - 1)]
    for line in (head, *lines):
        cells = (f"{cell:<{width}}" for cell, width in zip(line, [*widths, 0], strict=True))
        yield f"    {'  '.join(cells)}".rstrip()

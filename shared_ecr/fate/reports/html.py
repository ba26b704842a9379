"""The report as one HTML page that needs no network: findings, pictures of each repository, the lines behind them."""

from collections.abc import Iterator, Sequence
from importlib.resources import files

from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.fate.reports.curve import curve
from shared_ecr.fate.reports.marks import LATER, look_of
from shared_ecr.fate.reports.report import Report
from shared_ecr.fate.reports.rows import CHANGE_HEAD, HEAD, TITLES, change_rows, cost, rows, summary
from shared_ecr.fate.reports.timeline import timeline
from shared_ecr.fate.verdicts import Fate
from shared_ecr.text import size
from shared_ecr.text.markdown import html
from shared_ecr.text.pages import page

# Beyond this a browser is slow and a person lost; the picture and the JSON have them all.
_LINES_AT_MOST = 1000


def render_html(report: Report) -> str:
    """Render *report* as a whole page."""
    style = files("shared_ecr.fate.reports").joinpath("style.css").read_text(encoding="utf-8")
    return page("The fate of images", style, _body(report))


def _body(report: Report) -> Iterator[str]:
    yield "<h1>The fate of images</h1>"
    against = f", compared with {html(report.against)}" if report.against else ""
    yield f'<p class="soft">at {report.at:%Y-%m-%d %H:%M %Z} by {html(report.source)}{against}</p>'
    yield from _tiles(report)
    for judged in sorted(report.findings, key=lambda each: not each.blocks):
        finding = judged.finding
        css = "finding blocks" if judged.blocks else "finding"
        place = f"{html(finding.repository)}: {html(judged.sentences)}"
        yield f'<div class="{css}"><b>{judged.mark}</b> {place} <code>{html(finding.code)}</code></div>'
    yield from (f'<div class="finding">{html(str(warning))}</div>' for warning in report.warnings)
    for outcome in report.outcomes:
        yield f"<h2>{html(outcome.repository.title)}</h2>"
        yield f'<p class="soft">{html(summary(outcome, report.prices))}</p>'
        yield from _legend(outcome)
        yield timeline(outcome)
        if outcome.forecast:
            yield curve(outcome.forecast, report.prices)
        yield from _tables(outcome)


def _tiles(report: Report) -> Iterator[str]:
    fates = [outcome.fates for outcome in report.outcomes]
    lost = sum(each[Fate.EXPIRE] + each[Fate.CASCADE_EXPIRE] for each in fates)
    archived = sum(each[Fate.ARCHIVE] + each[Fate.CASCADE_ARCHIVE] for each in fates)
    now, later = report.stored_now, report.stored_after
    yield '<div class="tiles">'
    for number, word, css in (
        (f"{now.images:,}", "images", ""),
        (f"{lost:,}", "expire", "expire" if lost else ""),
        (f"{archived:,}", "archived", ""),
        (f"{size(now.bytes)} → {size(later.bytes)}", "stored, layers counted in each image", ""),
        (f"{cost(now, report.prices)} → {cost(later, report.prices)}", "a month, at most", ""),
    ):
        yield f'<div class="tile {css}"><b>{number}</b>{word}</div>'
    yield "</div>"


def _legend(outcome: RepositoryOutcome) -> Iterator[str]:
    looks = [look_of(fate) for fate, count in outcome.fates.items() if count]
    looks += [LATER] if outcome.forecast and outcome.forecast.expired_at else []
    yield '<div class="legend">'
    for look in looks:
        shape = f'<svg viewBox="-5 -5 10 10"><path class="{look.css}" d="{look.path}"/></svg>'
        yield f"<span>{shape}{look.word}</span>"
    if any(verdict.image.digest in outcome.used for verdict in outcome.verdicts):
        yield '<span><svg viewBox="-5 -5 10 10"><circle class="used" r="4.4"/></svg>in use</span>'
    yield "</div>"


def _tables(outcome: RepositoryOutcome) -> Iterator[str]:
    for kind, lines in change_rows(outcome.changes):
        is_open = " open" if kind.value == "now_lost" else ""
        yield f"<details{is_open}><summary>{TITLES[kind]}: {len(lines)}</summary>"
        yield from _table(CHANGE_HEAD, lines)
        yield "</details>"
    shown = rows(outcome, everything=False)
    if shown.lines:
        what = "images that expire, are archived, are used, or are open"
        yield f"<details open><summary>{len(shown.lines)} {what}</summary>"
        yield from _table(HEAD, shown.lines)
        yield "</details>"
    if shown.kept:
        kept = ", ".join(f"{count} by {keeper}" for keeper, count in shown.kept)
        yield f'<p class="soft">Kept: {kept}.</p>'


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"<table><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>"
    for line in lines[:_LINES_AT_MOST]:
        cells = [f"<td>{html(cell)}</td>" for cell in line]
        if head is HEAD:
            cells[0] = f'<td><span class="fate {line[0].replace(" ", "-")}">{line[0]}</span></td>'
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</table>"
    if len(lines) > _LINES_AT_MOST:
        yield f'<p class="soft">… and {len(lines) - _LINES_AT_MOST} more; --format json has them all.</p>'

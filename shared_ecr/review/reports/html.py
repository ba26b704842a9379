"""The review as one HTML page: no network, no script, readable on a phone and on paper."""

from collections.abc import Iterator, Sequence
from importlib.resources import files

from shared_ecr.fate.reports.timeline import timeline
from shared_ecr.findings import JudgedFinding, Severity
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.reports.grouping import grouped_doubts, grouped_findings, place_of
from shared_ecr.review.reports.happenings import GroupedChange, grouped_changes
from shared_ecr.review.reports.html_access import access_table
from shared_ecr.review.reports.sections import (
    conclusion,
    counts,
    headroom_line,
    shown_headroom,
    storage_line,
)
from shared_ecr.review.verdict import Conclusion, ReviewResult
from shared_ecr.text.markdown import html
from shared_ecr.text.pages import page

_CSS = {
    Conclusion.BLOCKED: "verdict blocks", Conclusion.NOT_ALL_JUDGED: "verdict open", Conclusion.CLEAR: "verdict",
}  # fmt: skip


def render_html(verdict: ReviewResult) -> str:
    """Render *verdict* as a whole page."""
    pictures = files("shared_ecr.fate.reports").joinpath("style.css").read_text(encoding="utf-8")
    style = files("shared_ecr.review.reports").joinpath("page.css").read_text(encoding="utf-8")
    return page("ECR review", f"{pictures}\n{style}", _body(verdict))


def _body(verdict: ReviewResult) -> Iterator[str]:
    against = f" against <code>{html(verdict.against)}</code>" if verdict.against is not None else ""
    yield f'<h1>ECR review</h1><p class="dim"><code>{html(verdict.source)}</code>{against}</p>'
    css, said = _CSS[verdict.conclusion], f"<b>{html(conclusion(verdict))}</b><br>{html(counts(verdict))}"
    yield f'<div class="{css}" id="verdict">{said}</div>'
    if line := storage_line(verdict):
        yield f'<p class="dim">{html(line[0].upper() + line[1:])}.</p>'
    found = grouped_findings(verdict)
    if found:
        yield "<h2>Findings</h2>"
        for each in found:
            yield from _finding(each)
    happening = grouped_changes(verdict)
    if happening:
        yield "<h2>What happens</h2>"
        for change in happening:
            yield from _change(change)
    yield from access_table(verdict)
    yield from _foot(verdict)


def _finding(judged: JudgedFinding[ReviewFinding]) -> Iterator[str]:
    finding, place = judged.finding, place_of(judged.finding)
    css = "blocks" if judged.blocks else "warning" if finding.severity is Severity.WARNING else "note"
    where = f' <span class="dim">({html(place)})</span>' if place else ""
    yield f'<div class="finding {css}"><span class="mark">{judged.mark}</span> <b>{html(finding.subject)}</b>{where}'
    yield f"<br>{html(judged.sentences)} <code>{html(finding.code)}</code>"
    if finding.details:
        lines = "\n".join(map(html, finding.details))
        yield f"<details><summary>details</summary><pre>{lines}</pre></details>"
    yield "</div>"


def _change(change: GroupedChange) -> Iterator[str]:
    yield f'<article><h3><span class="mark {change.happening}">{change.happening}</span> '
    yield f'<span class="name">{html(change.heading)}</span></h3>'
    if change.place:
        yield f'<p class="dim">{html(change.place)}</p>'
    for title, lines in change.sections:
        yield from _sides(title, lines)
    if change.outcome is not None and change.outcome.verdicts:
        yield f'<details><summary>every image</summary><div class="picture wide">{timeline(change.outcome)}</div>'
        yield "</details>"
    yield "</article>"


def _sides(title: str, lines: Sequence[str]) -> Iterator[str]:
    """Lay a difference out side by side: removed on the left, added on the right; on a phone, one below the other."""
    removed = [line[2:] for line in lines if line.startswith("- ")]
    added = [line[2:] for line in lines if line.startswith("+ ")]
    same = [line.strip() for line in lines if not line.startswith(("- ", "+ "))]
    yield f'<div class="diff"><h4>{html(title)}</h4>'
    if removed or added:
        for css, side in (("removed", removed), ("added", added)):
            body = "".join(f"<p>{html(line)}</p>" for line in side) or '<p class="dim">nothing</p>'
            yield f'<div class="side {css if side else ""}">{body}</div>'
    if same:
        rest = "".join(f"<p>{html(line)}</p>" for line in same)
        yield f'<div class="side" style="grid-column: 1 / -1">{rest}</div>'
    yield "</div>"


def _foot(verdict: ReviewResult) -> Iterator[str]:
    headroom = shown_headroom(verdict)
    if headroom:
        yield "<h2>Headroom</h2>"
        for each in headroom:
            meter = f'<meter max="{each.limit}" value="{each.used}"></meter>'
            yield f"<p>{meter} {html(headroom_line(each))}</p>"
    for title, lines in (("Not judged", grouped_doubts(verdict)), ("Stacks", list(verdict.stacks))):
        if lines:
            yield f"<h2>{title}</h2>"
            yield from (f"<p>{html(line)}</p>" for line in lines)

"""The report for a pull request: tables that a forge renders."""

from collections.abc import Iterator, Sequence

from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.fate.reports.report import Report
from shared_ecr.fate.reports.rows import (
    CHANGE_HEAD,
    FORECAST_HEAD,
    HEAD,
    TITLES,
    change_rows,
    forecast_rows,
    rows,
    rules_in_words,
    summary,
)

# GitHub refuses comments above 65,536 characters; a table of that many lines nobody reads either.
# https://github.com/orgs/community/discussions/27190
_LINES_AT_MOST = 200


def render_markdown(report: Report, *, everything: bool = False) -> str:
    """Render *report*; with *everything* each image has its line, else kept ones are counted."""
    return "\n".join(_lines(report, everything=everything))


def _lines(report: Report, *, everything: bool) -> Iterator[str]:
    yield f"## The fate of images at {report.at.isoformat(timespec='minutes')}"
    for judged in sorted(report.findings, key=lambda each: not each.blocks):
        accepted = judged.acknowledgement
        mark = "**Blocks**" if judged.blocks else f"Acknowledged until {accepted.until}" if accepted else "Note"
        yield from ("", f"- {mark}: {_escaped(str(judged.finding))}")
    for warning in report.warnings:
        yield from ("", f"- {_escaped(str(warning))}")
    for outcome in report.outcomes:
        yield from ("", f"### {outcome.repository.title}", "", f"{summary(outcome, report.prices)}.", "")
        if report.against is not None:
            yield from _changes(outcome, report.against)
        else:
            yield from _fates(outcome, everything=everything)
        if outcome.forecast:
            yield from ("", "Played forward:", "")
            yield from table(FORECAST_HEAD, forecast_rows(outcome.forecast, report.prices))


def _fates(outcome: RepositoryOutcome, *, everything: bool) -> Iterator[str]:
    yield from (f"{number}. {_escaped(words)}" for number, words in rules_in_words(outcome))
    yield ""
    shown = rows(outcome, everything=everything)
    if shown.lines:
        yield from table(HEAD, shown.lines)
        yield ""
    if shown.kept:
        yield f"Kept: {', '.join(f'{count} by {keeper}' for keeper, count in shown.kept)}."


def _changes(outcome: RepositoryOutcome, against: str) -> Iterator[str]:
    changed = change_rows(outcome.changes)
    if not changed:
        yield f"Nothing changes against `{against}`."
    for kind, lines in changed:
        yield from (f"**{TITLES[kind].capitalize()} ({len(lines)})**", "")
        yield from table(CHANGE_HEAD, lines)
        yield ""


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Render a table of at most 200 lines, and the number of those left out."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for line in lines[:_LINES_AT_MOST]:
        yield f"| {' | '.join(_escaped(cell) for cell in line)} |"
    if len(lines) > _LINES_AT_MOST:
        yield from ("", f"… and {len(lines) - _LINES_AT_MOST} more.")


def _escaped(text: str) -> str:
    """Keep what would end a cell or begin markup from doing so; code spans of our own sentences stay."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")

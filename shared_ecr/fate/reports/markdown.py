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
from shared_ecr.text.markdown import cell, code, escaped, prose

# GitHub refuses comments above 65,536 characters; a table of that many lines no one reads either.
# https://github.com/orgs/community/discussions/27190
_LINES_AT_MOST = 200


def render_markdown(report: Report, *, everything: bool = False) -> str:
    """Render *report*; with *everything* each image has its line, else kept ones are counted."""
    return "\n".join(_lines(report, everything=everything))


def _lines(report: Report, *, everything: bool) -> Iterator[str]:
    yield f"## The fate of images at {report.at.isoformat(timespec='minutes')}"
    for judged in sorted(report.findings, key=lambda each: not each.blocks):
        finding = judged.finding
        place = f"{code(finding.repository)}: {prose(judged.sentences)}"
        yield from ("", f"- **{judged.mark}** {place} {code(finding.code)}")
    for warning in report.warnings:
        yield from ("", f"- {escaped(str(warning))}")
    for outcome in report.outcomes:
        yield from ("", f"### {code(outcome.repository.title)}", "", f"{summary(outcome, report.prices)}.", "")
        if report.against is not None:
            yield from _changes(outcome, report.against)
        else:
            yield from _fates(outcome, everything=everything)
        if outcome.forecast:
            yield from ("", "Forecast:", "")
            yield from table(FORECAST_HEAD, forecast_rows(outcome.forecast, report.prices))


def _fates(outcome: RepositoryOutcome, *, everything: bool) -> Iterator[str]:
    yield from (f"{number}. {prose(words)}" for number, words in rules_in_words(outcome))
    yield ""
    shown = rows(outcome, everything=everything)
    if shown.lines:
        yield from table(HEAD, shown.lines, names="image")
        yield ""
    if shown.kept:
        yield f"Kept: {', '.join(f'{count} by {keeper}' for keeper, count in shown.kept)}."


def _changes(outcome: RepositoryOutcome, against: str) -> Iterator[str]:
    changed = change_rows(outcome.changes)
    if not changed:
        yield f"Compared with {code(against)}, nothing changes."
    for kind, lines in changed:
        yield from (f"**{TITLES[kind].capitalize()} ({len(lines)})**", "")
        yield from table(CHANGE_HEAD, lines, names="image")
        yield ""


def table(head: Sequence[str], lines: Sequence[Sequence[str]], *, names: str = "") -> Iterator[str]:
    """Render a table of at most 200 lines, and the number of those left out.

    What is below the head *names* was written by others, and is a code span.
    """
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for line in lines[:_LINES_AT_MOST]:
        yield f"| {' | '.join(_cell(text, is_name=title == names) for title, text in zip(head, line, strict=True))} |"
    if len(lines) > _LINES_AT_MOST:
        yield from ("", f"… and {len(lines) - _LINES_AT_MOST} more.")


def _cell(text: str, *, is_name: bool) -> str:
    return cell(text) if is_name else prose(text, in_table=True)

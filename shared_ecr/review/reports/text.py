"""The review for a terminal: what happens, then what is found with the blocking findings last, where they are seen."""

from collections.abc import Iterator

from shared_ecr.review.reports.grouping import grouped_doubts, grouped_findings, place_of
from shared_ecr.review.reports.happenings import GroupedChange, grouped_changes
from shared_ecr.review.reports.sections import (
    conclusion,
    counts,
    headroom_line,
    indented,
    shown_headroom,
    storage_line,
)
from shared_ecr.review.verdict import ReviewResult
from shared_ecr.text import visible


def render_text(verdict: ReviewResult) -> str:
    """Render *verdict*; its last line is the conclusion."""
    return "\n".join(_lines(verdict))


def _lines(verdict: ReviewResult) -> Iterator[str]:
    against = f" against {verdict.against}" if verdict.against is not None else ""
    yield visible(f"review of {verdict.source}{against}")
    yield from (f"  {visible(stack)}" for stack in verdict.stacks)
    yield f"  {counts(verdict)}"
    if line := storage_line(verdict):
        yield f"  {line}"
    for change in grouped_changes(verdict):
        yield ""
        yield from _change(change)
    headroom = shown_headroom(verdict)
    if headroom:
        yield from ("", "headroom:")
        yield from (f"  {headroom_line(each)}" for each in headroom)
    if verdict.doubts:
        yield from ("", "not judged:")
        yield from (f"  {line}" for line in grouped_doubts(verdict))
    found = grouped_findings(verdict)
    if found:
        yield ""
    for each in reversed(found):
        finding, place = each.finding, place_of(each.finding)
        where = f" ({place})" if place else ""
        yield f"{each.mark}: {finding.subject}{where}: {each.sentences} [{finding.code}]"
        yield from indented(finding.details, "    ")
    yield from ("", conclusion(verdict))


def _change(change: GroupedChange) -> Iterator[str]:
    place = f" ({change.place})" if change.place else ""
    yield f"{str(change.happening).upper()} {change.heading}{place}"
    for title, lines in change.sections:
        yield f"  {title}:"
        yield from indented(lines, "    ")

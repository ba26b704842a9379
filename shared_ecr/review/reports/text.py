"""The review for a terminal: what happens, then what is found with the blocking findings last, where they are seen."""

from collections.abc import Iterator

from shared_ecr.review.reports.sections import (
    access_lines,
    changes,
    conclusion,
    counts,
    difference_lines,
    fate_lines,
    heading,
    headroom_line,
    indented,
    mark,
    place,
    sentences,
    told_findings,
    told_headroom,
)
from shared_ecr.review.verdict import RepositoryChange, SettingChange, Verdict
from shared_ecr.text import visible


def render_text(verdict: Verdict) -> str:
    """Render *verdict*; its last line is the conclusion."""
    return "\n".join(_lines(verdict))


def _lines(verdict: Verdict) -> Iterator[str]:
    against = f" against {verdict.against}" if verdict.against is not None else ""
    yield visible(f"review of {verdict.source}{against}")
    yield from (f"  {visible(stack)}" for stack in verdict.stacks)
    yield f"  {counts(verdict)}"
    for change in changes(verdict):
        yield ""
        yield from _change(change)
    headroom = told_headroom(verdict)
    if headroom:
        yield from ("", "headroom:")
        yield from (f"  {headroom_line(each)}" for each in headroom)
    if verdict.doubts:
        yield from ("", "not judged:")
        yield from (f"  {visible(str(doubt))}" for doubt in verdict.doubts)
    found = told_findings(verdict)
    if found:
        yield ""
    for judged in reversed(found):
        finding = judged.finding
        where = f" ({visible(str(finding.origin))})" if finding.origin else ""
        yield f"{mark(judged)}: {visible(finding.subject)}{where}: {sentences(judged)} [{finding.code}]"
        yield from indented([visible(line) for line in finding.details], "    ")
    yield from ("", conclusion(verdict))


def _change(change: RepositoryChange | SettingChange) -> Iterator[str]:
    yield f"{str(change.happening).upper()} {heading(change)} ({place(change)})"
    for difference in change.differences:
        lines = difference_lines(difference)
        yield f"  {difference.what}:"
        yield from indented(lines, "    ")
    if isinstance(change, RepositoryChange):
        for title, lines in (("access", access_lines(change)), ("images", fate_lines(change))):
            if lines:
                yield f"  {title}:"
                yield from indented(lines, "    ")
